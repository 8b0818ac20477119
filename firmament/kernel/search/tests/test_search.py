"""Finding things: by their words, at once, in order, and nothing one may not see."""

from collections.abc import Callable
from typing import Any

from firmament.kernel.jobs.inline import run_queued
from firmament.kernel.jobs.registry import subscribers_of
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.search.asking import _rare
from firmament.kernel.search.declaring import events_of
from firmament.kernel.search.find import Hit, search
from firmament.kernel.search.models import Chunk, Entry
from firmament.kernel.search.sources import source_of
from firmament.kernel.search.weighing import weigh_if_drifted
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.modules.clients.actions.archive import bin_client
from firmament.modules.clients.actions.clients import deactivate_client, edit_client
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_contact


def titles(hits: list[Hit]) -> list[str]:
    return [hit.title for hit in hits]


def test_a_new_client_is_found_by_a_word_of_its_name(alice: Actor, make: Callable[..., Client]) -> None:
    make("Zephyr Bakeries")
    make("Quarry & Sons")

    assert titles(search(alice, "zephyr")) == ["Zephyr Bakeries"]
    assert titles(search(alice, "quar")) == ["Quarry & Sons"]
    assert search(alice, "nowhere") == []


def test_all_words_come_before_some_of_them(alice: Actor, make: Callable[..., Client]) -> None:
    make("Harbour Tea Importers", notes="They trade in spices.")
    make("Harbour Lights", notes="They sell lamps.")

    assert titles(search(alice, "harbour tea")) == ["Harbour Tea Importers"]
    assert titles(search(alice, "which harbour has tea and camels")) == [
        "Harbour Tea Importers",
        "Harbour Lights",
    ]


def test_accents_and_endings_do_not_matter(alice: Actor, make: Callable[..., Client]) -> None:
    make("Café Müller", notes="Invoices are paid monthly.")

    for asked in ("cafe muller", "CAFÉ", "müller", "invoice paying", "mül"):
        assert titles(search(alice, asked)) == ["Café Müller"], asked


def test_a_phrase_holds_together_and_a_minus_leaves_out(alice: Actor, make: Callable[..., Client]) -> None:
    make("Blue Ocean Ltd")
    make("Ocean of Blue Ltd")

    assert titles(search(alice, '"blue ocean"')) == ["Blue Ocean Ltd"]
    assert titles(search(alice, "ocean -of")) != []
    assert titles(search(alice, "ltd blue -ocean")) == []


def test_the_reference_weighs_as_much_as_the_name(alice: Actor, make: Callable[..., Client]) -> None:
    make("Somebody", notes="They once asked about QX-77 and QX-77 again.")
    make("The one", reference="QX-77")

    assert titles(search(alice, "QX-77")) == ["The one", "Somebody"]


def test_what_was_found_is_marked_where_it_stands(alice: Actor, make: Callable[..., Client]) -> None:
    make("Marked", notes="Long ago. " * 60 + "The <b>café</b> owner pays late. " + "And so on. " * 60)

    (hit,) = search(alice, "cafes owner")

    marked = [part.text for part in hit.excerpt if part.marked]
    assert marked == ["café", "owner"]
    assert "<b>" in "".join(part.text for part in hit.excerpt)
    assert len("".join(part.text for part in hit.excerpt)) < 300


def test_a_change_is_followed_and_a_client_in_the_bin_is_gone(
    alice: Actor, make: Callable[..., Client], run_jobs: Callable[[], int]
) -> None:
    client = make("Before Ltd")
    edit_client(alice, client, name="After Ltd")
    run_jobs()

    assert search(alice, "before") == []
    assert titles(search(alice, "after")) == ["After Ltd"]

    bin_client(alice, client)

    assert search(alice, "after") == [], "before any job has run"


def test_a_wall_hides_at_once(alice: Actor, ada: Actor, bob: Actor, make: Callable[..., Client]) -> None:
    client = make("Walled Works", notes="secretly")
    make_contact(alice, client, name="Wally Walled")
    run_queued()
    assert sorted(titles(search(bob, "walled"))) == ["Walled Works", "Wally Walled"]

    raise_wall(
        ada, membership=Membership.objects.get(pk=bob.membership_id), client_id=client.pk, reason="conflict"
    )

    assert search(bob, "walled") == []
    assert sorted(titles(search(alice, "walled"))) == ["Walled Works", "Wally Walled"]


def test_clients_never_find_what_the_firm_notes_about_them(
    alice: Actor, carla: Actor, run_jobs: Callable[[], int]
) -> None:
    bakery = Client.objects.visible_to(carla).get()
    edit_client(alice, bakery, notes="pays unreliably")
    run_jobs()

    assert titles(search(alice, "unreliably")) == [bakery.name]
    assert search(carla, "unreliably") == []
    (hit,) = search(carla, bakery.name, kinds=["clients.client"])
    assert hit.url == "/portal/acme/clients/"


def test_another_firm_finds_nothing_of_ours(
    make: Callable[..., Client], gina: Actor, globex: Firm, in_firm: Callable[..., Any]
) -> None:
    make("Zephyr Bakeries")

    with in_firm(globex):
        assert search(gina, "zephyr") == []


def test_unchanged_text_keeps_its_chunks(
    alice: Actor, make: Callable[..., Client], run_jobs: Callable[[], int]
) -> None:
    client = make("Steady Ltd")
    before = set(Chunk.objects.values_list("pk", flat=True))

    deactivate_client(alice, client)
    run_jobs()

    assert set(Chunk.objects.values_list("pk", flat=True)) == before
    assert Entry.objects.get(object_id=client.pk).facts == ["deleted_at="]


def test_every_event_of_a_room_about_a_kind_is_followed() -> None:
    contacts = source_of("clients.contact")
    assert contacts is not None

    followed = {event.code: name for event, name in events_of(contacts).items()}

    assert followed["clients.contact_removed"] == "contact_id"
    assert "clients.client_created" not in followed
    assert any(
        code.startswith("search.clients_contact__") for code in subscribers_of("clients.contact_removed")
    )


def test_a_rare_word_says_more_than_a_common_one(alice: Actor, make: Callable[..., Client]) -> None:
    for number in range(30):
        make(f"Number {number}", notes="They ask about invoices, and invoices, and invoices again.")
    make("The one", notes="They once had a zeppelin, among many other things that were told.")
    asked = "invoices for something that concerns a zeppelin"
    assert titles(search(alice, asked))[0] != "The one", "before words are counted all weigh the same"

    assert weigh_if_drifted()

    assert titles(search(alice, asked))[0] == "The one"
    assert not weigh_if_drifted(), "nothing has changed since"


def test_common_words_of_a_sentence_do_not_rank_half_the_firm() -> None:
    some = _rare([(1100, "tax"), (3, "zeppelin"), (400, "invoice"), (90_000, "client")])
    all_common = _rare([(90_000, "client"), (95_000, "firm"), (99_000, "the")])

    assert some == "(zeppelin | invoice | tax)"
    assert all_common == "(client & (firm | the))"
    assert _rare([(90_000, "client")]) == "(client)"
