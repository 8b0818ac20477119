"""Whatever people do to wording in whatever order, what the room promises holds."""

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from firmament.kernel.approvals.actions import is_approved
from firmament.kernel.approvals.models import Approval
from firmament.kernel.policies.decide import Denied
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.filling import Place
from firmament.modules.snippets.actions.governing import (
    activate_snippet,
    archive_snippet,
    ask_approval,
    decide_snippet,
    deprecate_snippet,
    reinstate_snippet,
    unarchive_snippet,
)
from firmament.modules.snippets.actions.nesting import check_content
from firmament.modules.snippets.actions.writing import change_snippet, create_snippet, restore_version
from firmament.modules.snippets.models import Snippet, SnippetInclude, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, fill, make_draft, make_snippet

SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
KEYS = ("a", "b", "c", "d")
key = st.sampled_from(KEYS)
who = st.integers(0, 1)


def library(people):
    class Library(RuleBasedStateMachine):
        """Four snippets that the whole firm has; two people write, approve, nest and put away."""

        @initialize()
        def begin(self):
            self.point = transaction.savepoint()
            self.written = {}
            for name in KEYS:
                contexts = ("note",) if name == "d" else ("email",)
                create_snippet(people[0], make_draft(name, key=name, reach="firm", contexts=contexts))
                self.written[name] = [name]

        def teardown(self):
            if hasattr(self, "point"):
                transaction.savepoint_rollback(self.point)

        def attempt(self, action, *args, **said):
            """People try what they may not; that changes nothing and is not the point here."""
            try:
                with transaction.atomic():
                    action(*args, **said)
            except (ValidationError, Denied):
                return False
            return True

        @rule(name=key, by=who, inner=st.none() | key, text=st.sampled_from("xyz"))
        def write(self, name, by, inner, text):
            snippet = Snippet.objects.get(key=name)
            body = f"{text} {{% snippet '{inner}' %}}" if inner else text
            draft = draft_of(snippet, bodies={"en": body})
            kept = self.attempt(change_snippet, people[by], snippet, draft, based_on=snippet.latest_number)
            if kept and self.written[name][-1] != body:
                self.written[name].append(body)

        @rule(name=key, by=who, number=st.integers(1, 5))
        def restore(self, name, by, number):
            snippet = Snippet.objects.get(key=name)
            number = min(number, snippet.latest_number)
            kept = self.attempt(restore_version, people[by], snippet, number=number)
            if kept and number != snippet.latest_number:
                self.written[name].append(self.written[name][number - 1])

        @rule(name=key, by=who)
        def ask(self, name, by):
            self.attempt(ask_approval, people[by], Snippet.objects.get(key=name))

        @rule(name=key, by=who, verdict=st.sampled_from(["approve", "reject"]))
        def decide(self, name, by, verdict):
            snippet = Snippet.objects.get(key=name)
            for approval in Approval.objects.pending().filter(object_id=snippet.pk):
                self.attempt(decide_snippet, people[by], snippet, approval, verdict=verdict, comment="said")

        @rule(
            name=key,
            by=who,
            step=st.sampled_from([activate_snippet, archive_snippet, unarchive_snippet, reinstate_snippet]),
        )
        def step(self, name, by, step):
            self.attempt(step, people[by], Snippet.objects.get(key=name))

        @rule(name=key, by=who, other=key)
        def replace(self, name, by, other):
            self.attempt(
                deprecate_snippet,
                people[by],
                Snippet.objects.get(key=name),
                replacement=Snippet.objects.get(key=other),
            )

        @invariant()
        def nothing_is_lost(self):
            for name, bodies in getattr(self, "written", {}).items():
                versions = SnippetVersion.objects.filter(subject__key=name).order_by("number")
                assert [version.bodies["en"] for version in versions] == bodies

        @invariant()
        def what_clients_read_was_approved(self):
            for snippet in Snippet.objects.filter(key__in=KEYS, state__in=["active", "deprecated"]):
                version = SnippetVersion.objects.get(subject=snippet, number=snippet.active_number)
                if snippet.needs_approval:
                    assert is_approved("snippets.snippet", snippet.pk, version.checksum)

        @invariant()
        def whatever_is_in_use_can_be_filled_in(self):
            for snippet in Snippet.objects.filter(key__in=KEYS).in_use():
                filled = fill(people[0], snippet, values={}, place=Place(channel="email"))
                assert "{%" not in filled.text

        @invariant()
        def no_snippet_contains_itself(self):
            edges = set(SnippetInclude.objects.current().values_list("snippet__key", "included__key"))
            for name in KEYS:
                reached, frontier = set(), {name}
                while frontier:
                    frontier = {inner for outer, inner in edges if outer in frontier} - reached
                    reached |= frontier
                assert name not in reached

    return Library


def test_nothing_unapproved_is_used_nothing_is_lost_and_nothing_contains_itself(ada, alice):
    run_state_machine_as_test(
        library([ada, alice]),
        settings=settings(max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=SLOW),
    )


LIQUID = st.lists(
    st.sampled_from(
        [
            "{{",
            "}}",
            "{%",
            "%}",
            "me.name",
            "client.name",
            "if ",
            "endif",
            "snippet ",
            "'thanks'",
            "|",
            " ",
            "x",
        ]
    )
    | st.text(max_size=8),
    max_size=14,
).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(body=LIQUID, values=st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=20)))
def test_any_text_is_refused_at_save_or_filled_in_or_said_to_lack_something(alice, body, values):
    fields = [{"name": name, "type": "text", "label": name, "required": False} for name in ("a", "b")]
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            snippet = create_snippet(alice, make_draft(body, fields=fields))
        except ValidationError:
            return
        finally:
            transaction.savepoint_commit(point)
        for output in Channel:
            try:
                fill(alice, snippet, values=values, place=Place(channel="note", output=output), number=1)
            except WordingError as error:
                assert str(error)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(value=st.text(max_size=200).filter(lambda text: text.strip()))
def test_no_value_means_anything_to_the_engine(alice, value):
    field = {"name": "said", "type": "text", "label": "Said"}
    with transaction.atomic():
        snippet = Snippet.objects.filter(key="said").first() or make_snippet(
            alice, "[{{ said }}]", key="said", fields=[field]
        )
        try:
            text = fill(alice, snippet, values={"said": value}, place=Place(channel="note")).text
        except WordingError:
            return
    assert text == f"[{' '.join(value.split())}]"


def test_checking_asks_no_more_of_the_database_for_ten_languages_than_for_one(alice, queries):
    snippet = make_snippet(alice)

    def cost(count):
        bodies = dict.fromkeys("abcdefghij"[:count], "Good day, {{ me.name }}")
        with queries() as spent:
            check_content(alice, snippet, {"bodies": bodies, "fields": [], "steps": []})
        return spent.count

    assert cost(10) == cost(1) == 0
