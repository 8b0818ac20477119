"""Finding what is meant: with the model that ships, and with what happens when it is changed, or is not there."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from firmament.kernel.jobs.models import JobRun, State
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.search.events import ReindexRequested
from firmament.kernel.search.find import Hit, Mode, Why, search
from firmament.kernel.search.gateways import model_code
from firmament.kernel.search.health import state_of_meaning
from firmament.kernel.search.jobs import catch_up, sweep
from firmament.kernel.search.models import Chunk, Entry
from firmament.kernel.search.pending import EMBED, count_waiting
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.modules.clients.actions.clients import edit_client
from firmament.modules.clients.models import Client

Make = Callable[..., Client]


def titles(hits: list[Hit]) -> list[str]:
    return [hit.title for hit in hits]


def test_what_is_meant_is_found_without_a_word_of_it(minilm: None, alice: Actor, make: Make) -> None:
    make("Rossi", notes="The customer does not pay invoices on time and needs reminders.")
    make("Keller", notes="Grows apples and pears on the southern slopes.")

    first, *_others = search(alice, "overdue debts", mode=Mode.MEANING)
    found = search(alice, "orchard", kinds=["clients.client"])

    assert (first.title, first.why) == ("Rossi", Why.MEANING)
    assert "invoices on time" in "".join(part.text for part in first.excerpt)
    assert search(alice, "overdue debts", mode=Mode.WORDS) == []
    assert titles(found)[0] == "Keller"


def test_what_both_lists_hold_comes_first_and_says_so(minilm: None, alice: Actor, make: Make) -> None:
    make("Rossi", notes="Pays invoices late.")
    make("Keller", notes="Grows apples.")
    make("Lang", notes="An orchard with pears.")

    first, *others = search(alice, "apples", kinds=["clients.client"])

    assert (first.title, first.why) == ("Keller", Why.BOTH)
    assert [(hit.title, hit.why) for hit in others] == [("Lang", Why.MEANING)]


def test_what_is_far_from_everything_finds_nothing(minilm: None, alice: Actor, make: Make) -> None:
    make("Rossi", notes="Pays invoices late.")

    assert search(alice, "xyzzy") == []


def test_meaning_shows_nothing_behind_a_wall(
    minilm: None, ada: Actor, bob: Actor, gina: Actor, globex: Firm, make: Make, in_firm: Callable[..., Any]
) -> None:
    client = make("Rossi", notes="Pays invoices late.")
    assert "Rossi" in titles(search(bob, "overdue debts", mode=Mode.MEANING))

    raise_wall(
        ada, membership=Membership.objects.get(pk=bob.membership_id), client_id=client.pk, reason="conflict"
    )

    assert "Rossi" not in titles(search(bob, "overdue debts", mode=Mode.MEANING))
    with in_firm(globex):
        assert "Rossi" not in titles(search(gina, "overdue debts", mode=Mode.MEANING))


def test_notes_about_a_client_never_answer_to_the_client_by_meaning(
    minilm: None, alice: Actor, carla: Actor, run_jobs: Callable[[], int]
) -> None:
    bakery = Client.objects.visible_to(carla).get()
    edit_client(alice, bakery, notes="Pays invoices late, every month.")
    run_jobs()

    told = search(carla, "overdue debts", mode=Mode.MEANING)

    assert "late" not in "".join(part.text for hit in told for part in hit.excerpt)


def test_vectors_follow_in_one_run_that_shows_how_far_it_is(
    settings: Any, alice: Actor, make: Make, run_jobs: Callable[[], int]
) -> None:
    for name in ("One", "Two", "Three"):
        make(name)
    settings.EMBEDDINGS = "light"
    waiting = count_waiting()

    catch_up()
    catch_up()
    (run,) = JobRun.objects.filter(code=EMBED)
    run_jobs()

    run.refresh_from_db()
    assert waiting >= 3
    assert count_waiting() == 0
    assert (run.state, run.progress_done, run.progress_total) == (State.SUCCEEDED, waiting, waiting)


def test_a_new_text_waits_for_its_vector_and_is_found_by_words_meanwhile(
    minilm: None, alice: Actor, make: Make, run_jobs: Callable[[], int], settings: Any
) -> None:
    client = make("Rossi", notes="Pays invoices late.")
    settings.EMBEDDINGS = "off"
    edit_client(alice, client, notes="Sells bicycles.")
    run_jobs()
    settings.EMBEDDINGS = "minilm"

    assert Chunk.objects.filter(entry__object_id=client.pk, model=model_code()).count() == 0
    assert titles(search(alice, "bicycles"))[0] == "Rossi"
    assert "Rossi" not in titles(search(alice, "overdue debts", mode=Mode.MEANING))


def test_another_model_reads_everything_anew_and_old_vectors_are_never_compared(
    minilm: None, settings: Any, alice: Actor, make: Make, run_jobs: Callable[[], int]
) -> None:
    make("Rossi", notes="Pays invoices late.")
    settings.EMBEDDINGS = "light"

    assert search(alice, "invoices", mode=Mode.MEANING) == []
    catch_up()
    run_jobs()
    search(alice, "invoices")  # loads the model beside, if it is not yet there

    assert set(Chunk.objects.values_list("model", flat=True)) == {"wordllama-256"}


def test_without_a_model_words_answer_alone(settings: Any, alice: Actor, make: Make) -> None:
    settings.EMBEDDINGS = "off"
    make("Rossi", notes="Pays invoices late.")

    assert titles(search(alice, "invoices")) == ["Rossi"]
    assert search(alice, "invoices", mode=Mode.MEANING) == []
    assert not JobRun.objects.filter(code=EMBED).exists()


def test_the_doctor_says_which_model_is_in_force_and_what_waits(
    minilm: None, settings: Any, alice: Actor, make: Make
) -> None:
    make("Rossi")
    settings.EMBEDDINGS = "light"
    waiting = count_waiting()

    fine, told = state_of_meaning(connections["default"])
    settings.EMBEDDINGS = "off"

    assert fine and "wordllama-256" in told and f"{waiting} texts wait" in told
    assert "switched off" in state_of_meaning(connections["default"])[1]


def test_a_reindex_on_request_brings_back_what_was_lost_and_forgets_what_is_gone(
    alice: Actor, make: Make, run_jobs: Callable[[], int]
) -> None:
    client = make("Lost and found")
    Entry.objects.filter(object_id=client.pk).delete()
    ghost = Entry.objects.create(
        kind="clients.client", object_id=alice.firm_id, address_id=alice.firm_id, title="Ghost"
    )
    assert search(alice, "lost") == []

    record(alice, ReindexRequested(kind="clients.client"))
    run_jobs()

    assert titles(search(alice, "lost")) == ["Lost and found"]
    assert not Entry.objects.filter(pk=ghost.pk).exists()


def test_the_nightly_sweep_forgets_kinds_of_rooms_that_are_gone(alice: Actor) -> None:
    ghost = Entry.objects.create(
        kind="gone.thing", object_id=alice.firm_id, address_id=alice.firm_id, title="Ghost"
    )

    sweep()

    assert not Entry.objects.filter(pk=ghost.pk).exists()


def test_the_command_reads_a_firm_anew_and_names_what_it_does_not_know(
    alice: Actor, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    client = make("Lost and found")
    Entry.objects.filter(object_id=client.pk).delete()

    call_command("reindex", firm="acme", kind="clients.client")

    assert "acme clients.client:" in capsys.readouterr().out
    assert titles(search(alice, "lost")) == ["Lost and found"]
    with pytest.raises(CommandError, match="no kind"):
        call_command("reindex", kind="clients.nothing")
    with pytest.raises(CommandError, match="no firm"):
        call_command("reindex", firm="nowhere")
