"""More of the story in `test_evidence`: duties that are kept apart, and an operator who looks in."""

from datetime import timedelta
from typing import Any

from firmament.kernel.breakglass import actions as sessions
from firmament.kernel.breakglass.models import Session
from firmament.kernel.breakglass.tests.factories import OTTO, make_emergency, make_request, operator_actor
from firmament.kernel.policies.duties import end_exemption, enforce_duties, exempt, join_duties, part_duties
from firmament.kernel.policies.models_duties import DutyException, DutyPair
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import staff_actor
from firmament.lib.instant import now

ONE, OTHER = "identity.see_as", "audit.erase"
NOBODYS = f"""
DELETE FROM policies_rolepower WHERE power = '{ONE}' AND firm_id = (SELECT id FROM tenancy_firm WHERE slug = 'acme')
"""
ADAS = f"""
INSERT INTO policies_rolepower (id, firm_id, role_id, power, created_at, updated_at)
SELECT uuidv7(), r.firm_id, r.id, '{ONE}', now(), now() FROM policies_role r JOIN tenancy_firm f ON f.id = r.firm_id
WHERE f.slug = 'acme' AND r.code = 'firm_admin'
"""
# Session's own rules hold for a superuser too, who in this story takes back what was done.
RULES = "ALTER TABLE breakglass_session {} TRIGGER session_rules, {} TRIGGER session_stays"


def duties(story: Any) -> None:
    """Parted while nobody has both, and while somebody has; exempted twice; an exemption ended; joined again."""

    def ada() -> Any:
        return staff_actor("ada@acme.example")

    def pair() -> DutyPair:
        return DutyPair.objects.latest("created_at")

    def part() -> None:
        part_duties(ada(), first=ONE, second=OTHER, kind=DutyPair.Kind.HOLD, reason="Four eyes")

    def let_off() -> None:
        bob = Membership.objects.select_related("user").get(user__email="bob@acme.example")
        exempt(ada(), pair(), bob, reason="Holidays", ends_at=now() + timedelta(days=9))

    story.root.execute(NOBODYS)
    story.step(part)
    story.step(lambda: join_duties(ada(), pair(), reason="Too few people"))
    story.root.execute(ADAS)
    story.step(part)
    story.root.execute(NOBODYS)
    story.step(lambda: enforce_duties(ada(), pair()))
    story.step(let_off)
    story.step(let_off)
    story.step(lambda: end_exemption(ada(), DutyException.objects.latest("created_at")))


def looking_in(story: Any) -> None:
    """Asked, agreed, begun, closed, looked over; and one in an emergency that the firm ends."""

    def session() -> Session:
        return Session.objects.latest("requested_at")

    def review() -> None:
        sessions.review_session(operator_actor(OTTO), session(), verdict="justified", note="It was needed.")

    story.root.execute(RULES.format("DISABLE", "DISABLE"))
    story.step(make_request)
    story.step(lambda: sessions.approve_session(operator_actor(OTTO), session()))
    story.step(lambda: sessions.begin_session(operator_actor(), session()))
    story.step(lambda: sessions.close_session(operator_actor(), session()))
    story.step(review)
    story.step(make_emergency)
    story.step(lambda: sessions.end_by_firm(staff_actor("ada@acme.example"), session()))
    story.root.execute(RULES.format("ENABLE ALWAYS", "ENABLE ALWAYS"))
