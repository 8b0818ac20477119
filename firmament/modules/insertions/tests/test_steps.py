"""Follow-up steps where their text is inserted: said before, and linked with where it went afterwards."""

from firmament.kernel.macros.actions import run_macro
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.sources import macro_of
from firmament.kernel.macros.tests.factories import PAUSE, TO_ME, a_macro, steps
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.wording.filling import Place
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.snippets.models import Snippet
from firmament.modules.snippets.tests.factories import make_snippet

HINT = "Comes with follow-up steps."
TITLE = "Its text, inserted for this client"


def text(page):
    return page.content.decode()


def picked(browser, snippet):
    return text(browser.get(f"/w/acme/snippets/picker/{snippet.pk}/", {"channel": "note", "place": "test"}))


def insert(actor, snippet: Snippet, client: Client) -> None:
    insert_snippet(actor, snippet.pk, values={}, place=Place(channel="note", client_id=client.pk))


def run(actor, snippet: Snippet, client: Client) -> MacroRun:
    macro = macro_of(actor, snippet.pk)
    return run_macro(actor, client, steps(actor, *macro.steps), source=macro.source)


def address(run: MacroRun) -> str:
    return f"/w/acme/macros/runs/{run.pk}/"


def test_whoever_picks_a_text_reads_which_steps_come_with_it_and_none_is_run(alice, alice_browser):
    macro = a_macro(alice, PAUSE, TO_ME)

    shown = picked(alice_browser, macro)

    assert HINT in shown
    assert "Waiting for the bank" in shown
    assert shown.index("1. ") < shown.index("Waiting for the bank") < shown.index("2. ")
    assert HINT not in picked(alice_browser, make_snippet(alice, title="Only words"))
    insert(alice, macro, make_client(alice))
    assert not MacroRun.objects.exists()


def test_a_texts_page_leads_from_a_use_to_the_last_run_for_the_same_client(alice, alice_browser):
    macro, ran_twice, never_ran = a_macro(alice, TO_ME), make_client(alice), make_client(alice)
    for client in (ran_twice, never_ran):
        insert(alice, macro, client)
    first, last = run(alice, macro, ran_twice), run(alice, macro, ran_twice)

    page = text(alice_browser.get(macro.get_absolute_url()))

    uses = page.partition("Last uses")[2].partition("</section>")[0]
    assert uses.count("Follow-up steps") == 1
    assert address(last) in uses
    assert address(first) not in uses


def test_a_runs_page_shows_the_uses_for_its_client_and_no_others(alice, alice_browser):
    macro, here, elsewhere = a_macro(alice, TO_ME), make_client(alice), make_client(alice)
    made = run(alice, macro, here)
    insert(alice, macro, elsewhere)

    assert TITLE not in text(alice_browser.get(address(made)))

    insert(alice, macro, here)
    shown = text(alice_browser.get(address(made))).partition(TITLE)[2]
    assert here.name in shown
    assert elsewhere.name not in shown
    # It would lead to where its reader is already.
    assert "Follow-up steps" not in shown


def test_a_run_behind_a_wall_is_not_linked(ada, alice, bob, bob_browser):
    macro, client = a_macro(alice, TO_ME), make_client(alice)
    insert(alice, macro, client)
    made = run(alice, macro, client)

    before = text(bob_browser.get(macro.get_absolute_url()))
    raise_wall(
        ada, client_id=client.pk, membership=Membership.objects.get(pk=bob.membership_id), reason="Kin"
    )

    assert address(made) in before
    assert address(made) not in text(bob_browser.get(macro.get_absolute_url()))


def test_linking_the_uses_costs_the_same_for_one_client_and_for_ten(alice, alice_browser, queries):
    macro = a_macro(alice, TO_ME)

    def used_and_run() -> None:
        client = make_client(alice)
        insert(alice, macro, client)
        run(alice, macro, client)

    used_and_run()
    alice_browser.get(macro.get_absolute_url())
    with queries() as one:
        alice_browser.get(macro.get_absolute_url())
    for _ in range(9):
        used_and_run()
    with queries() as ten:
        alice_browser.get(macro.get_absolute_url())

    assert ten.count == one.count
