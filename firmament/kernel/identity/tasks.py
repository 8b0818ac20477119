"""What belongs to no firm and is over: sessions and links, thrown away every night."""

from procrastinate.contrib.django import app

from firmament.kernel.identity.models import UserSession
from firmament.kernel.tenancy.models import TokenLookup
from firmament.lib.instant import now


@app.periodic(cron="17 3 * * *")
@app.task(name="identity.sweep", queue="bulk", queueing_lock="identity.sweep")
def sweep_identity(timestamp: int) -> None:
    """An expired session or link opens nothing; keeping it would only be something to lose."""
    UserSession.objects.filter(expire_date__lt=now()).delete()
    TokenLookup.objects.filter(expires_at__lt=now()).delete()
