"""Sessions in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from firmament.kernel.breakglass.desk import FirmLine, SessionLine
from firmament.kernel.breakglass.models import Closed, Session, State
from firmament.kernel.tenancy.models import Firm
from firmament.lib.instant import now
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {
    State.REQUESTED: "waiting",
    State.APPROVED: "info",
    State.OPEN: "warning",
    State.CLOSED: "neutral",
    State.REVIEWED: "done",
}
PAGES = {
    "operate:firm": gettext_lazy("Overview"),
    "operate:people": gettext_lazy("People, without names"),
    "operate:work": gettext_lazy("Background work"),
    "operate:messages": gettext_lazy("Messages, without recipients and texts"),
    "operate:files": gettext_lazy("Files, by kind and size"),
    "operate:events": gettext_lazy("Events, without who and what about"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A session on the desk, with what can be done about it now."""

    line: SessionLine
    words: str
    tone: Tone
    can_begin: bool
    can_close: bool
    can_look: bool
    look_url: str
    begin_url: str
    close_url: str
    approve_url: str
    refuse_url: str
    review_url: str


def sessions_shown(lines: Iterable[SessionLine]) -> list[Shown]:
    """Each as the desk shows it."""
    return [_shown(line) for line in lines]


def _shown(line: SessionLine) -> Shown:
    session = line.session
    running = session.state == State.OPEN and session.ends_at is not None and session.ends_at > now()
    return Shown(
        line=line,
        words=state_words(session),
        tone=TONES[session.state],
        can_begin=session.state == State.APPROVED,
        can_close=running or session.state in (State.REQUESTED, State.APPROVED),
        can_look=running,
        look_url=reverse("operate:firm", kwargs={"firm": line.firm.slug}),
        **{
            f"{step}_url": reverse(f"operate:{step}", kwargs={"firm": line.firm.slug, "pk": session.pk})
            for step in ("begin", "close", "approve", "refuse", "review")
        },
    )


def firm_shown(line: FirmLine) -> tuple[FirmLine, str, str, str]:
    """A firm with the one next step there is: its address, its words and what kind of button it is."""
    slug = {"firm": line.firm.slug}
    if line.session is not None and line.session.state == State.OPEN:
        return line, reverse("operate:firm", kwargs=slug), _("Look"), "primary"
    if line.session is not None:
        return line, reverse("operate:sessions"), str(State(line.session.state).label), ""
    if line.firm.state == Firm.State.CANCELED:
        return line, "", "", ""
    return line, reverse("operate:ask", kwargs=slug), _("Open a session"), ""


def state_words(session: Session) -> str:
    """Where the session is, and how it came there."""
    if session.state == State.CLOSED:
        return _("Closed: %(how)s") % {"how": Closed(session.closed_how).label}
    if session.state == State.REVIEWED:
        return _("Reviewed: %(verdict)s") % {"verdict": session.get_verdict_display()}
    return str(State(session.state).label)


def duration(opened_at: datetime | None, until: datetime | None) -> str:
    """How long the firm stood open; a dash where it never did."""
    if opened_at is None or until is None:
        return "–"
    minutes = round((min(until, now()) - opened_at).total_seconds() / 60)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def page_title(name: str) -> str:
    """What a page of the look into a firm is called; its name where this release has no such page any more."""
    return str(PAGES.get(name, name))
