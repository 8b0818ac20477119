"""This room's part of the demo firm: what the people who run the platform looked at, and who agreed and looked it over."""

from collections.abc import Sequence

from firmament.kernel.breakglass.actions import (
    approve_session,
    ask_session,
    begin_session,
    close_session,
    note_read,
    open_in_emergency,
    review_session,
)
from firmament.kernel.breakglass.models import Session, Verdict
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at


def load(people: DemoFirm) -> None:
    """One look that was agreed to and looked over, one in an emergency that nobody has looked over yet, one that waits."""
    if people.scale < 50:
        return
    vera, otis = people.operators
    with at(people.moment(9, 10, 5)):
        session = ask_session(
            vera, reason="Reminders were sent twice on Monday.", ticket="OPS-1182", minutes=60
        )
    with at(people.moment(9, 10, 20)):
        approve_session(otis, session)
    with at(people.moment(9, 10, 25)):
        begin_session(vera, session)
    _look(vera, session, people, 9, 10, 30, ("work", "messages"))
    with at(people.moment(9, 10, 50)):
        close_session(vera, session)
    with at(people.moment(8, 9, 15)):
        review_session(
            otis,
            session,
            verdict=Verdict.JUSTIFIED,
            note="Queued work and two messages, as the ticket asked.",
        )
    with at(people.moment(2, 18, 40)):
        emergency = open_in_emergency(
            otis, reason="Uploads fail for every client since half past six.", ticket="OPS-1190", minutes=30
        )
    _look(otis, emergency, people, 2, 18, 44, ("files",))
    with at(people.moment(2, 18, 57)):
        close_session(otis, emergency)
    with at(people.moment(0, 7, 45)):
        ask_session(otis, reason="Check that uploads have gone through since.", ticket="OPS-1190", minutes=30)


def _look(
    operator: Actor,
    session: Session,
    people: DemoFirm,
    days_ago: int,
    hour: int,
    minute: int,
    pages: Sequence[str],
) -> None:
    for later, page in enumerate(pages):
        with at(people.moment(days_ago, hour, minute + later)):
            note_read(operator, session.pk, page=f"operate:{page}", path=f"/operate/in/{people.slug}/{page}/")
