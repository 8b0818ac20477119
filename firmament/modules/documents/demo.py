"""This room's part of the demo firm: three months of requests, most of them done, some waiting, some late."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.identity.models import User
from firmament.kernel.jobs.inline import drain
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at
from firmament.modules.clients.public import find_clients, portal_people
from firmament.modules.documents.actions.requests import ItemDraft, draft_request, send_request
from firmament.modules.documents.actions.review import accept_submission, reject_submission, waive_item
from firmament.modules.documents.actions.submissions import submit_file
from firmament.modules.documents.models import RequestItem, Submission

SETS: dict[str, tuple[ItemDraft, ...]] = {
    "Papers for the yearly accounts": (
        ItemDraft(title="Bank statements", help="All accounts, January to December", kind="pdf"),
        ItemDraft(title="Stock list on the last day of the year", kind="spreadsheet"),
        ItemDraft(title="Contracts signed during the year"),
        ItemDraft(title="Loan confirmations", kind="pdf"),
    ),
    "Papers for the tax return": (
        ItemDraft(title="Income statement", kind="pdf"),
        ItemDraft(title="Donation receipts", help="Photos are fine", kind="image"),
        ItemDraft(title="Insurance statement", kind="pdf"),
    ),
    "Payroll changes this month": (
        ItemDraft(title="Hours of hourly paid staff", kind="spreadsheet"),
        ItemDraft(title="New contracts", help="One for each new colleague"),
    ),
    "Identity check": (
        ItemDraft(title="Passport or identity card", help="Both sides", kind="image"),
        ItemDraft(title="Extract from the company register", kind="pdf"),
    ),
}
REASONS = (
    "The last page is missing.",
    "The photo is too blurred to read the figures.",
    "This is last year’s statement; we need this year’s.",
)
WAIVERS = ("There were none this year.", "The bank sent it to us directly.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One request: sent so many days ago, due so many days later, and how far it came."""

    client_id: UUID
    person: Actor
    title: str
    sent_days_ago: int
    days: int
    done: int
    ending: str


def load(people: DemoFirm) -> None:
    """Tell every request's story in the order of time."""
    dice = Random(20260101 + people.scale)
    for story in sorted(_stories(people, dice), key=lambda story: -story.sent_days_ago):
        _tell(people, story, dice)


def _stories(people: DemoFirm, dice: Random) -> list[Story]:
    cards = find_clients(people.partner, limit=200)
    clients = [(card.id, person) for card in cards if (person := _person(people, card.id))]
    stories = []
    for number, (client_id, person) in enumerate(clients):
        title = dice.choice(list(SETS))
        sent_days_ago, days, done, ending = _course(number, len(SETS[title]), dice)
        stories.append(
            Story(
                client_id=client_id,
                person=person,
                title=title,
                sent_days_ago=sent_days_ago,
                days=days,
                done=done,
                ending=ending,
            )
        )
    return stories


def _course(number: int, total: int, dice: Random) -> tuple[int, int, int, str]:
    """How many days ago, due after how many, how many items handed in, and how it stands now."""
    match number % 5:
        case 0:
            return dice.randint(3, 9), 14, 0, "open"
        case 1:
            return dice.randint(16, 34), 14, 1, "late"
        case 2:
            return dice.randint(4, 9), 10, total - 1, "to_check"
    return dice.randint(25, 80), 14, total, "done"


def _person(people: DemoFirm, client_id: UUID) -> Actor | None:
    found = portal_people(client_id, scope=Scope.DOCUMENTS_UPLOAD)
    if not found:
        return None
    return Actor.of_client(User.objects.get(pk=found[0].user_id), people.partner.firm_id)


def _tell(people: DemoFirm, story: Story, dice: Random) -> None:
    asker = dice.choice((people.partner, people.manager, people.staff))
    day = story.sent_days_ago
    with at(people.moment(day, 9, dice.randint(0, 59))):
        request = draft_request(
            asker,
            story.client_id,
            title=story.title,
            due_on=people.today - timedelta(days=day) + timedelta(days=story.days),
            items=SETS[story.title],
            note="Thank you for your help. Call us if anything is unclear.",
        )
        send_request(asker, request)
        drain()
    items = list(request.items.select_related("request__client").order_by("position"))
    for number, item in enumerate(items[: story.done]):
        later = max(0, day - 2 - number)
        _hand_in(people, story, item, later, dice, decide=story.ending != "to_check" or number > 0)


def _hand_in(
    people: DemoFirm, story: Story, item: RequestItem, day: int, dice: Random, *, decide: bool
) -> None:
    if decide and dice.random() < 0.15:
        with at(people.moment(day, 16)):
            waive_item(people.staff, item, reason=dice.choice(WAIVERS))
            drain()
        return
    submission = _submit(people, story, item, day, 11)
    if not decide:
        return
    if dice.random() < 0.2:
        with at(people.moment(day, 14)):
            reject_submission(people.staff, submission, reason=dice.choice(REASONS))
            drain()
        submission = _submit(people, story, item, max(0, day - 1), 10)
    with at(people.moment(max(0, day - 1), 15)):
        accept_submission(people.staff, submission)
        drain()


def _submit(people: DemoFirm, story: Story, item: RequestItem, day: int, hour: int) -> Submission:
    kinds = {"spreadsheet": ("csv", b"Item,Amount\nOpening,1200\nClosing,1350\n"), "image": ("png", PNG)}
    ending, content = kinds.get(item.kind, ("pdf", PDF))
    name = f"{item.title.split(' on ')[0].replace(' ', '-').lower()}.{ending}"
    # Each file differs, as each client's does; the same bytes would be one blob.
    mark = f"{item.pk} {day}".encode()
    content = content + b"\n" + mark if ending == "csv" else content + b"\n%" + mark
    with at(people.moment(day, hour, 20)):
        submission = submit_file(story.person, item, SimpleUploadedFile(name, content))
        drain()
    submission.refresh_from_db()
    return submission


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6310499e03"
    "0001a2011443d722ca0000000049454e44ae426082"
)
