from datetime import timedelta

from firmament.kernel.wording.filling import Place
from firmament.lib.instant import at, now
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.insertions.jobs import forget_words
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.snippets.tests.factories import make_snippet


def test_the_nightly_job_forgets_what_nobody_sent(bob):
    inserted = insert_snippet(bob, make_snippet(bob).pk, values={}, place=Place(channel="note"))

    with at(now() + timedelta(days=31)):
        forget_words()

    assert SnippetUse.objects.get(pk=inserted.use_id).fingerprint is None
