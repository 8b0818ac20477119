"""The pages of approvals and tags."""

from datetime import date

from firmament.kernel.approvals.actions import ask, decide, is_approved
from firmament.kernel.approvals.models import Approval
from firmament.kernel.approvals.waiting import pending_for
from firmament.kernel.identity.actions import issue_token
from firmament.kernel.labels.models import Tag, TagRemoval
from firmament.kernel.labels.tags import set_tags, tags_of
from firmament.kernel.testing.things.models import ThingTag, ThingVersion
from firmament.kernel.versions.tests.factories import make_thing, write
from firmament.modules.governance.actions import decide_together
from firmament.modules.governance.reports import readings
from firmament.modules.governance.tests.factories import make_removal, make_tag
from firmament.modules.snippets.actions.governing import ask_approval
from firmament.modules.snippets.tests.factories import make_snippet

PAGES = "/w/acme/governance/"


def asked(actor, name: str, **further):
    thing = make_thing(actor, "one")
    thing.name = name
    thing.save()
    version = ThingVersion.objects.latest_of(thing)
    return thing, ask(
        actor, kind="things.thing", subject=thing, version=version, authors={actor.membership_id}, **further
    )


def test_each_sees_what_waits_for_them_and_what_became_of_what_they_asked(
    alice, bob, alice_browser, bob_browser
) -> None:
    asked(alice, "The engagement letter", note="Before Friday", due_on=date(2026, 11, 20))
    _thing, second = asked(alice, "The fee note")
    decide(bob, second, verdict="reject", comment="Say how much")

    bobs = bob_browser.get(f"{PAGES}approvals/").content.decode()
    alices = alice_browser.get(f"{PAGES}approvals/").content.decode()

    assert "The engagement letter" in bobs
    assert "Before Friday" in bobs
    assert "Alice Partner" in bobs
    assert "The fee note" not in bobs
    assert "Nothing waits for you" in alices
    assert "The fee note" in alices
    assert "Sent back" in alices
    assert "Bob Staff: Say how much" in alices


def test_the_approvals_page_costs_the_same_for_one_and_for_twenty(alice, bob_browser, queries) -> None:
    asked(alice, "One")
    bob_browser.get(f"{PAGES}approvals/")
    with queries() as one:
        bob_browser.get(f"{PAGES}approvals/")
    for number in range(19):
        asked(alice, f"Thing {number}")

    with queries() as twenty:
        assert "Thing 18" in bob_browser.get(f"{PAGES}approvals/").content.decode()

    assert twenty.count <= one.count <= 14


def test_a_question_says_what_it_changes_against_what_was_approved_before(alice, bob, bob_browser) -> None:
    thing, first = asked(alice, "The engagement letter")
    new = bob_browser.get(f"{PAGES}approvals/").content.decode()
    decide(bob, first, verdict="approve")
    version = write(alice, thing, "one and a half")
    ask(alice, kind="things.thing", subject=thing, version=version, authors={alice.membership_id})

    changed = bob_browser.get(f"{PAGES}approvals/").content.decode()

    assert "What it says" in new
    assert "What changes against version 1, approved before" in changed
    assert "one and a half" in changed.partition("diff-added")[2]


def test_several_are_decided_at_once_with_a_note(alice, bob_browser, ledger) -> None:
    (_one, first), (_two, second), (third, stale) = (asked(alice, name) for name in ("One", "Two", "Three"))
    rows = [str(row.pk) for row in (first, second)]
    ledger.forget()

    nothing = bob_browser.post(f"{PAGES}approvals/", {"verdict": "approve"})
    silent = bob_browser.post(f"{PAGES}approvals/", {"verdict": "reject", "chosen": rows, "comment": " "})
    foreign = bob_browser.post(f"{PAGES}approvals/", {"verdict": "approve", "chosen": [str(alice.firm_id)]})
    before = ledger.codes()
    page = bob_browser.post(
        f"{PAGES}approvals/", {"verdict": "approve", "chosen": rows, "comment": "Fine"}, follow=True
    ).content.decode()
    write(alice, third, "other")
    gone = bob_browser.post(f"{PAGES}approvals/", {"verdict": "approve", "chosen": [str(stale.pk)]})

    assert [answer.status_code for answer in (nothing, silent, foreign, gone)] == [422] * 4
    assert "Choose what you decide on." in nothing.content.decode()
    assert "Say what has to change." in silent.content.decode()
    assert before == []
    assert "2 approved." in page
    assert list(Approval.objects.filter(pk__in=rows).values_list("state", flat=True)) == ["approved"] * 2
    assert not is_approved("things.thing", third.pk, stale.checksum)


def test_approving_here_does_what_the_room_does(alice, bob) -> None:
    wording = make_snippet(bob, "Our fees rise.", used=False, reach="firm", contexts=("email",))
    question = ask_approval(bob, wording)
    waiting = [row for row in pending_for(alice) if row.id == question.pk]
    reading = readings(waiting)[question.pk]

    decided = decide_together(alice, waiting, verdict="approve")

    wording.refresh_from_db()
    assert [field.label for field in reading.fields] == ["English"], "in the room's own words"
    assert decided.done == 1
    assert (wording.state, wording.active_number) == ("active", 1)


def test_one_that_is_refused_stops_no_other(alice, bob) -> None:
    asked(alice, "One")
    thing, _question = asked(alice, "Two")
    waiting = [row for row in pending_for(bob) if row.name in ("One", "Two")]
    write(alice, thing, "changed since the page was drawn")

    decided = decide_together(bob, waiting, verdict="reject", comment="Shorter")

    assert decided.done == 1
    assert [name for name, _reason in decided.refused] == ["Two"]
    assert "Ask again" in decided.refused[0][1]


def test_what_waits_stands_on_ones_own_day(alice, bob_browser) -> None:
    asked(alice, "The engagement letter")

    page = bob_browser.get("/w/acme/home/").content.decode()

    assert "Waiting for your approval" in page
    assert "The engagement letter" in page


def test_programs_read_what_their_person_may_decide_within_the_tokens_scopes(alice, bob, client) -> None:
    thing, _approval = asked(alice, "The engagement letter")

    def read(actor, query: str, *scopes: str) -> list[dict[str, str]]:
        _token, secret = issue_token(actor, name="Sync", scopes=["approvals.read", *scopes], expires_at=None)
        url = f"/api/v1/governance/approvals{query}"
        return client.get(url, headers={"Authorization": f"Bearer {secret}"}).json()["items"]

    assert [row["object_id"] for row in read(bob, "", "things.*")] == [str(thing.pk)]
    assert read(bob, "") == [], "the token does not reach the power to decide"
    assert read(alice, "", "things.*") == [], "who asked does not decide"
    (mine,) = [row for row in read(alice, "?whose=asked_by_me") if row["object_id"] == str(thing.pk)]
    assert (mine["kind"], mine["state"]) == ("things.thing", "pending")


def test_tags_are_listed_with_how_much_carries_them(alice, alice_browser, bob_browser) -> None:
    make_tag(alice, "Tax")
    set_tags(alice, make_thing(alice), ThingTag, ["Tax"])
    idle = make_thing(alice)
    set_tags(alice, idle, ThingTag, ["Idle"])
    set_tags(alice, idle, ThingTag, [])

    everything = alice_browser.get(f"{PAGES}tags/").content.decode()
    unused = alice_browser.get(f"{PAGES}tags/?unused=1").content.decode()
    bobs = bob_browser.get(f"{PAGES}tags/").content.decode()

    assert "2 things" in everything
    assert "1 unused tag" in everything
    assert ("Idle" in unused, "Tax" in unused) == (True, False)
    assert ("Delete Tax" in everything, "Delete Tax" in bobs) == (True, False)


def test_a_tag_is_renamed_and_a_taken_name_is_refused_beside_what_was_typed(alice, alice_browser) -> None:
    tax = make_tag(alice, "Tax")
    make_tag(alice, "Law")

    refused = alice_browser.post(f"{PAGES}tags/{tax.pk}/", {"name": "LAW", "colour": ""})
    done = alice_browser.post(f"{PAGES}tags/{tax.pk}/", {"name": "Taxes", "colour": "3"})

    assert refused.status_code == 422
    assert "already a tag of this name" in refused.content.decode()
    assert 'value="LAW"' in refused.content.decode()
    assert done.status_code == 303
    assert list(Tag.objects.order_by("name").values_list("name", "colour")) == [("Law", ""), ("Taxes", "3")]


def test_merging_and_deleting_can_be_undone_from_the_toast(alice, alice_browser) -> None:
    tax, law = make_tag(alice, "Tax"), make_tag(alice, "Law")

    alice_browser.post(f"{PAGES}tags/{tax.pk}/merge/", {"merge-into": str(law.pk)})
    merged = TagRemoval.objects.get()
    page = alice_browser.get(f"{PAGES}tags/").content.decode()
    assert f"{PAGES}tags/removals/{merged.pk}/undo/" in page
    alice_browser.post(f"{PAGES}tags/removals/{merged.pk}/undo/")
    again = alice_browser.post(f"{PAGES}tags/removals/{merged.pk}/undo/", follow=True).content.decode()

    assert "undone already" in again
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Law", "Tax"]


def test_a_tag_is_not_merged_into_nothing(alice, alice_browser) -> None:
    tax = make_tag(alice, "Tax")

    refused = alice_browser.post(f"{PAGES}tags/{tax.pk}/merge/", {})

    assert refused.status_code == 422
    assert "Choose the tag that stays" in refused.content.decode()
    assert Tag.objects.filter(pk=tax.pk).exists()


def test_who_may_not_manage_tags_changes_none(alice, bob_browser) -> None:
    tax, removal = make_tag(alice, "Tax"), make_removal(alice)

    answers = [
        bob_browser.post(f"{PAGES}tags/{tax.pk}/", {"name": "X"}),
        bob_browser.post(f"{PAGES}tags/{tax.pk}/merge/", {"merge-into": str(tax.pk)}),
        bob_browser.post(f"{PAGES}tags/{tax.pk}/delete/"),
        bob_browser.post(f"{PAGES}tags/removals/{removal.pk}/undo/"),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert list(Tag.objects.values_list("name", flat=True)) == ["Tax"]


def test_the_tags_of_many_things_are_one_query(alice, queries) -> None:
    things = [make_thing(alice) for _ in range(3)]
    for thing in things:
        set_tags(alice, thing, ThingTag, ["Tax", "Law"])

    with queries() as asked_for:
        found = tags_of(ThingTag, things)

    assert asked_for.count == 1
    assert [[tag.name for tag in found[thing.pk]] for thing in things] == [["Law", "Tax"]] * 3
