"""Why can, or cannot, this person do this?"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.powers import Declaration
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import as_uuid, searched
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.access.actions.questions import note_question
from firmament.modules.access.reports import questions, subjects
from firmament.modules.access.views.tabs import access_tabs


@require_safe
@staff_page(Powers.EXPLAIN, recorded_read=True)
def why(request: FirmRequest) -> HttpResponse:
    """Choose a person and a power, and on what; then the verdict, its conditions, and what would change it.

    The question stands in the address, so an answer can be shown to somebody else who may ask it.
    """
    given, actor = request.GET, request.actor
    who = questions.person(actor, given.get("person", ""))
    declared = questions.power(given.get("power", ""))
    context: dict[str, Any] = {
        "tabs": access_tabs(request, "access:why"),
        "people": questions.people(actor),
        "powers": questions.powers(),
        "who": who,
        "power": declared,
    }
    if who is not None and declared is not None:
        context |= _about(request, who, declared)
    return page(request, "access/why.html", context)


def _about(request: FirmRequest, who: questions.Person, declared: Declaration) -> dict[str, Any]:
    """What it is asked of: one thing that was chosen, or everything; and the answer once that is known."""
    given, actor = request.GET, request.actor
    kinds = subjects.kinds_of(declared)
    kind = next((one for one in kinds if one.label == given.get("kind")), kinds[0] if kinds else None)
    text = searched(given.get("q", ""))
    found = subjects.choices(actor, kind, text) if kind else []
    pk = as_uuid(given.get("subject", ""))
    if pk is None and kind is not None and text and len(found) == 1:
        pk = found[0].id
    subject = subjects.subject_of(actor, kind.label, pk) if kind and pk else None
    values: dict[str, Any] = {
        "kinds": [(one.label, one.title) for one in kinds],
        "kind": kind,
        "q": text,
        "found": found[: subjects.OFFERED],
        "more": len(found) > subjects.OFFERED,
        "subject": subject,
    }
    if kind is None or subject is not None or given.get("any") == "yes":
        told = questions.answer(who, declared, subject)
        label, object_id = _named(kind, subject)
        note_question(
            actor, who.actor, power=declared.power, kind=label, object_id=object_id, verdict=told.verdict
        )
        values["told"] = told
    return values


def _named(kind: subjects.Kind | None, subject: Any) -> tuple[str, UUID | None]:
    return (kind.label, subject.pk) if kind is not None and subject is not None else ("", None)
