"""Files for tests, made the way people make them."""

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.files.actions import receive, settle_scan
from firmament.kernel.files.delivery import signed_url
from firmament.kernel.files.limits import MEGABYTE, PDF, PICTURES, Limits
from firmament.kernel.files.models import StoredFile
from firmament.kernel.files.scanning import Verdict
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor

LIMITS = Limits(max_bytes=MEGABYTE, types=PDF | PICTURES | {"text/plain"})


def make_file(actor: Actor, *, content: bytes = b"%PDF-1.7 hello", name: str = "hello.pdf") -> StoredFile:
    """A file that was uploaded, scanned and found clean."""
    stored = receive(actor, SimpleUploadedFile(name, content), limits=LIMITS, client_id=None)
    settle_scan(actor, stored, Verdict(), scanner="local")
    stored.refresh_from_db()
    return stored


def delivery_token(actor: Actor) -> dict[str, object]:
    """The token of a link that works for the actor."""
    team, _ = Team.objects.get_or_create(name="Files example")
    url = signed_url(actor, make_file(actor), power="policies.view_teams", subject=team)
    return {"token": url.rsplit("/", 1)[1]}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {"files_deliver": delivery_token}
