"""Libraries as files: out, in, out again; what may not come in; and the way back."""

import json

from firmament.kernel.approvals.models import Approval
from firmament.kernel.labels.folders import folder_at
from firmament.kernel.policies.models import Team, TeamMember
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.fixtures import staff_actor
from firmament.modules.libraries.tests.exchanging import (
    bring,
    clear,
    export,
    library_of,
    look,
    said,
    states,
    take_back,
)
from firmament.modules.snippets.actions.governing import archive_snippet, deprecate_snippet
from firmament.modules.snippets.actions.sharing import share_snippet
from firmament.modules.snippets.actions.writing import change_snippet, restore_version
from firmament.modules.snippets.models import Snippet, SnippetVersion
from firmament.modules.snippets.tests.factories import approve, draft_of, make_snippet, thanks

EVERYWHERE = tuple(Snippet.Context)


def rich_library(alice):
    """One of everything that a library may hold, all of it Alice's own or for internal notes."""
    tax = Team.objects.create(name="Tax")
    TeamMember.objects.create(team=tax, membership_id=alice.membership_id)
    folder = folder_at(alice, area="snippets", path=("Letters", "Year end"))
    inner = make_snippet(alice, "Yours", key="a-close", reach="firm", tags=("short", "Äpfel"))
    outer = make_snippet(
        alice,
        "Dear {{ who }}, {% snippet 'a-close' %}",
        key="letter",
        shortcut="let",
        folder_id=folder.pk,
        description="  For everybody ",
        fields=[{"name": "who", "type": "text", "label": "Who"}],
        reach="team",
        team_id=tax.pk,
    )
    change_snippet(
        alice, outer, draft_of(outer, bodies={"en": "Hi", "de": "Hallo"}), based_on=1, note="Shorter"
    )
    restore_version(alice, outer, number=1, note="Back")
    old = make_snippet(alice, "Old", key="old", contexts=EVERYWHERE)
    deprecate_snippet(alice, old, replacement=inner)
    share_snippet(alice, old, Membership.objects.get(user__email="bob@acme.example"), level="edit")
    share_snippet(alice, outer, tax, level="approve")
    make_snippet(alice, "Not yet", key="draft", used=False)
    return tax


def test_a_library_goes_out_comes_in_and_goes_out_byte_for_byte_the_same(alice):
    rich_library(alice)
    archive_snippet(staff_actor("ada@acme.example"), thanks())
    first = export(alice)
    clear(alice)

    batch = bring(alice, first)

    assert set(states(batch)) == {"made"}, said(batch)
    assert export(alice) == first
    restored = SnippetVersion.objects.get(subject__key="letter", subject__state="active", number=3)
    assert (restored.restored_from, restored.note) == (1, "Back")


def test_bringing_it_twice_changes_nothing(alice):
    rich_library(alice)
    first = export(alice)
    versions = SnippetVersion.objects.count()

    for conflict in ("skip", "replace", "both"):
        batch = bring(alice, first, conflict=conflict)
        assert set(states(batch)) == {"double"}, said(batch)

    assert export(alice) == first
    assert SnippetVersion.objects.count() == versions


def test_the_second_firm_gets_what_the_first_one_had(alice, gina, globex, in_firm):
    rich_library(alice)
    first = export(alice)

    with in_firm(globex):
        Team.objects.create(name="Tax")
        batch = bring(gina, first)
        second = export(gina)
        waits = Snippet.objects.get(key="thanks")

        assert set(states(batch)) == {"made"}, said(batch)
        assert "Not shared with those who are not here: bob@acme.example." in said(batch)
        assert without_house(second, skip={"globex-only"}) == without_house(first)
        assert (waits.state, waits.active_number) == ("in_review", None)
        assert Approval.objects.get(object_id=waits.pk).state == "pending"


def without_house(content, skip=()):
    """What does not depend on who is in the house and what was approved there."""
    rows = [row for row in json.loads(content)["snippets"] if row["key"] not in skip]
    for row in rows:
        row["owner"] = ""
        row["grants"] = [grant for grant in row["grants"] if grant["team"]]
        if row["reach"] != "private" and row["contexts"] != ["note"]:
            row["state"] = row["active"] = ""
    return rows


def test_no_approval_comes_along_but_the_very_wording_approved_here_is_used_at_once(alice):
    content = json.loads(export(alice))
    snippet = thanks()
    changed = draft_of(snippet, bodies={"en": "Thanks, {{ client.name }}!"})
    change_snippet(alice, snippet, changed, based_on=1)
    approve(staff_actor("ada@acme.example"), snippet, asking=alice)

    again = bring(alice, json.dumps(content).encode(), conflict="replace")
    snippet.refresh_from_db()
    approved = snippet.state, snippet.active_number, snippet.latest_number
    content["snippets"][0]["versions"][0]["bodies"]["en"] = "Never read by anybody"
    bring(alice, json.dumps(content).encode(), conflict="replace")
    snippet.refresh_from_db()

    assert states(again) == ["made"]
    assert approved == ("active", 3, 3)
    assert (snippet.active_number, snippet.latest_number) == (3, 4)
    assert Approval.objects.pending().get().version_number == 4


def test_a_whole_import_is_taken_back(alice, gina, globex, in_firm):
    rich_library(alice)
    first = export(alice)

    with in_firm(globex):
        Team.objects.create(name="Tax")
        before = export(gina)
        batch = bring(gina, first)
        take_back(gina, batch)

        assert set(states(batch)) == {"undone"}, said(batch)
        assert export(gina) == before
        assert not Approval.objects.pending().exists()


def test_a_replaced_wording_is_put_back_and_used_again(alice):
    mine = make_snippet(alice, "Mine", key="mine")
    content = export(alice).replace(b'"Mine"', b'"Theirs"')
    batch = bring(alice, content, conflict="replace")
    mine.refresh_from_db()
    used = mine.active_number

    take_back(alice, batch)

    mine.refresh_from_db()
    bodies = list(SnippetVersion.objects.of(mine).values_list("content__bodies__en", flat=True))
    assert used == 2
    assert bodies == ["Mine", "Theirs", "Mine"]
    assert mine.active_number == 3


def test_keeping_both_gives_the_second_a_key_of_its_own_once(alice):
    make_snippet(alice, "Mine", key="mine", shortcut="m")
    content = export(alice).replace(b'"Mine"', b'"Theirs"')

    twice = [states(bring(alice, content, conflict="both")) for _ in range(2)]

    there = (
        Snippet.objects.filter(key__startswith="mine").order_by("key").values_list("key", "shortcut", "state")
    )
    assert list(there) == [("mine", "m", "active"), ("mine-2", "", "active")]
    assert [sorted(one) for one in twice] == [["double", "made"], ["double", "double"]]


def test_what_lacks_something_is_said_before_anything_is_made(alice):
    base = {"title": "T", "versions": [{"bodies": {"en": "x"}}]}
    rows = [
        base | {"key": "a", "versions": [{"bodies": {"en": "{% snippet 'gone' %}"}}]},
        base | {"key": "b", "reach": "team", "team": "Nobody"},
        base | {"key": "c", "shortcut": "ty", "reach": "firm"},
        base | {"key": "d", "versions": [{"bodies": {"en": "{{ broken"}}]},
        base | {"key": "E !"},
        base | {"key": "f", "state": "brilliant"},
        base | {"key": "g", "shortcut": "twice"},
        base | {"key": "h", "shortcut": "twice"},
        {"key": "i", "title": "No text"},
        base | {"key": "j", "grants": [{"level": "use"}]},
        base | {"key": "k"},
        base | {"key": "k"},
    ]
    before = Snippet.objects.count()

    batch = look(alice, library_of(rows))

    assert states(batch) == [*["wrong"] * 10, "good", "double"]
    assert "It contains what is neither here nor in the file: gone." in said(batch)
    assert "There is no team “Nobody” here." in said(batch)
    assert said(batch).count("Another snippet has this shortcut.") == 3
    assert Snippet.objects.count() == before


def test_a_table_is_readable_and_comes_back_the_same(alice):
    tax = rich_library(alice)
    make_snippet(alice, "=SUM(A1)\r\n \ttext ", key="sum", title="=1+1")
    archive_snippet(staff_actor("ada@acme.example"), thanks())
    first = export(alice, "csv")
    clear(alice)

    batch = bring(alice, first, "library.csv")

    text = first.decode("utf-8-sig")
    assert set(states(batch)) == {"made"}, said(batch)
    assert text.splitlines()[1].startswith("a-close,en,")
    assert ",'=1+1," in text
    assert f",{tax.name}," in text
    assert export(alice, "csv") == first


def test_a_table_of_another_program_has_its_columns_chosen(alice):
    batch = look(alice, b"Abbreviation;Label;Content\nhi;Greeting;Hello {{ me.name }}\n;Bye;Bye\n", "te.csv")
    bring(alice, b"Abbreviation;Label;Content\nhi;Greeting;Hello {{ me.name }}\n", "te.csv")

    made = Snippet.objects.get(key="greeting")
    assert states(batch) == ["good", "good"]
    assert (made.shortcut, made.state, made.reach) == ("hi", "active", "private")


ESPANSO = b"""
matches:
  - triggers: [";ty", ":thx"]
    label: Many thanks
    replace: "Thank you {{form1.who}}, {{clip}} {% not a tag %}"
    propagate_case: true
    vars:
      - name: form1
        type: form
        params: {layout: "Who: [[who]]", fields: {who: {multiline: true}}}
      - {name: clip, type: clipboard}
  - trigger: ":pic"
    image_path: a.png
"""


def test_a_file_of_espanso_becomes_snippets_of_ones_own_and_says_what_is_lost(alice):
    batch = bring(alice, ESPANSO, "base.yml")

    made = Snippet.objects.get(shortcut="ty", reach="private")
    content = SnippetVersion.objects.latest_of(made).content
    assert states(batch) == ["made", "wrong"]
    assert content["bodies"]["en"] == 'Thank you {{ who }}, {{ clip }} {{ "{" }}% not a tag %}'
    assert [(field["name"], field["type"]) for field in content["fields"]] == [
        ("who", "long_text"),
        ("clip", "text"),
    ]
    assert "“propagate_case” is left out." in said(batch)
    assert "Further triggers are left out: :thx." in said(batch)
    assert "It puts in a picture, not a text." in said(batch)


def test_what_espanso_gets_it_gives_back_the_same(alice):
    bring(alice, ESPANSO, "base.yml")
    archive_snippet(staff_actor("ada@acme.example"), thanks())
    make_snippet(alice, "{% if me.name %}x{% endif %}", key="if")
    first = export(alice, "espanso")
    clear(alice)
    bring(alice, first, "base.yml")

    assert first.startswith(b"# Left out, because Espanso cannot say them: if\n")
    assert export(alice, "espanso") == first.split(b"\n", 1)[1]


def test_only_what_a_person_sees_goes_out(alice, bob):
    make_snippet(alice, "Secret", key="secret")

    assert b"secret" in export(alice)
    assert b"secret" not in export(bob)
    assert b"thanks" in export(bob)


def test_who_may_not_import_imports_nothing(alice, bob):
    make_snippet(alice, "Mine", key="mine")
    content = export(alice).replace(b'"mine"', b'"other"')

    batch = bring(bob, content)

    assert set(states(batch)) <= {"double", "refused"}
    assert not Snippet.objects.filter(key="other").exists()
