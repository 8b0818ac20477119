"""What a snippet says here and now."""

from uuid import uuid4

import pytest

from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import MissingValues, ValuesError, WordingError
from firmament.kernel.wording.filling import Place, choose_locale
from firmament.modules.clients.tests.factories import carlas_bakery, make_client, make_contact
from firmament.modules.engagements.tests.factories import make_engagement
from firmament.modules.snippets.actions.writing import change_snippet
from firmament.modules.snippets.tests.factories import draft_of, fill, make_snippet

NOTE = Place(channel="note")


def test_the_values_of_the_place_are_filled_in(alice):
    client = make_client(alice, name="Miller & Sons")
    contact = make_contact(alice, client, name="Mia Miller")
    engagement = make_engagement(alice, client, title="Audit 2026")
    snippet = make_snippet(
        alice,
        "Dear {{ contact.name }}: {{ engagement.title }} for {{ client.name }}. {{ me.name }}, {{ firm.name }}",
    )

    place = Place(channel="note", client_id=client.pk, contact_id=contact.pk, engagement_id=engagement.pk)

    assert (
        fill(alice, snippet, values={}, place=place).text
        == "Dear Mia Miller: Audit 2026 for Miller & Sons. Alice Partner, Acme"
    )


def test_a_missing_value_blocks_and_is_named(alice):
    snippet = make_snippet(
        alice,
        "By {{ due_on | date }}, {{ client.name }}.",
        fields=[{"name": "due_on", "type": "date", "label": "Due on"}],
    )

    with pytest.raises(MissingValues, match="“Due on” is missing"):
        fill(alice, snippet, values={}, place=NOTE)
    with pytest.raises(MissingValues, match="The client’s name"):
        fill(alice, snippet, values={"due_on": "2026-11-27"}, place=NOTE)


def test_braces_in_a_value_stay_braces_and_read_nothing(alice):
    client = make_client(alice, name="{{ me.email }}{% snippet 'thanks' %}")
    snippet = make_snippet(alice, "Dear {{ client.name }}")

    text = fill(alice, snippet, values={}, place=Place(channel="note", client_id=client.pk)).text

    assert text == "Dear {{ me.email }}{% snippet 'thanks' %}"


def test_each_channel_makes_values_harmless_in_its_own_way(alice):
    client = make_client(alice, name="*A* <script>")
    snippet = make_snippet(alice, "**Dear** {{ client.name }}")

    def written(output):
        place = Place(channel="note", client_id=client.pk, output=output)
        return fill(alice, snippet, values={}, place=place).text

    assert written(Channel.PLAIN) == "**Dear** *A* <script>"
    assert "\\*A\\*" in written(Channel.MARKDOWN)
    assert "<strong>Dear</strong>" in written(Channel.HTML)
    assert "<script>" not in written(Channel.HTML)


def test_what_the_actor_may_not_see_is_not_there(alice, globex, in_firm, gina):
    with in_firm(globex):
        foreign = make_client(gina).pk
    snippet = make_snippet(alice, "Dear {{ client.name }}")

    for pk in (foreign, uuid4()):
        with pytest.raises(WordingError, match="This client was not found"):
            fill(alice, snippet, values={}, place=Place(channel="note", client_id=pk))


def test_a_field_may_ask_for_another_client(alice):
    field = {"name": "buyer", "type": "client", "label": "Buyer"}
    snippet = make_snippet(alice, "Sold to {{ buyer.name }}", fields=[field])
    bakery = carlas_bakery()

    assert fill(alice, snippet, values={"buyer": str(bakery.pk)}, place=NOTE).text == f"Sold to {bakery}"
    with pytest.raises(ValuesError, match="not found"):
        fill(alice, snippet, values={"buyer": str(uuid4())}, place=NOTE)


def test_fields_of_nested_snippets_are_asked_for_too(alice):
    make_snippet(
        alice, "by {{ day | date }}", key="inner", fields=[{"name": "day", "type": "date", "label": "Day"}]
    )
    outer = make_snippet(alice, "Please answer {% snippet 'inner' %}")

    with pytest.raises(MissingValues, match="“Day” is missing"):
        fill(alice, outer, values={}, place=NOTE)
    assert fill(alice, outer, values={"day": "2026-11-27"}, place=NOTE).text.endswith("November 27, 2026")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("de-AT", "de-AT"),
        ("de", "de"),
        ("de-CH", "de"),
        ("fr-CA", "fr-FR"),
        ("fr", "fr-FR"),
        ("it", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_the_exact_one_or_the_nearest_or_the_first(wanted, found):
    bodies = dict.fromkeys(["en", "de", "de-AT", "fr-FR"], "x")

    assert choose_locale(bodies, wanted, "en") == found


def test_an_older_version_without_the_first_language_of_today_is_still_filled_in(alice):
    snippet = make_snippet(alice, "Good day.")
    bodies = {"en": "Good day.", "de": "Guten Tag."}
    change_snippet(alice, snippet, draft_of(snippet, bodies=bodies, default_locale="de"), based_on=1)
    snippet.refresh_from_db()

    assert fill(alice, snippet, values={}, place=NOTE).text == "Good day."
    assert fill(alice, snippet, values={}, place=NOTE, number=2).text == "Guten Tag."


def test_nested_texts_follow_the_language(alice):
    make_snippet(alice, key="inner", bodies={"en": "regards", "de": "Grüße"})
    outer = make_snippet(
        alice, bodies={"en": "Kind {% snippet 'inner' %}", "de": "Viele {% snippet 'inner' %}"}
    )

    assert fill(alice, outer, values={}, place=Place(channel="note", locale="de-AT")).text == "Viele Grüße"


def test_a_draft_is_filled_in_only_where_its_version_is_named(alice):
    snippet = make_snippet(alice, "One.", used=False)

    with pytest.raises(WordingError, match="Not in use yet"):
        fill(alice, snippet, values={}, place=NOTE)
    assert fill(alice, snippet, values={}, place=NOTE, number=1).text == "One."


def test_filling_in_costs_the_same_for_one_and_for_ten_on_a_level(alice, queries):
    for number in range(10):
        make_snippet(alice, f"{number}", key=f"inner-{number}")
    one = make_snippet(alice, "{% snippet 'inner-0' %}")
    ten = make_snippet(alice, "".join(f"{{% snippet 'inner-{n}' %}}" for n in range(10)))
    fill(alice, one, values={}, place=NOTE)

    with queries() as few:
        fill(alice, one, values={}, place=NOTE)
    with queries() as many:
        fill(alice, ten, values={}, place=NOTE)

    assert many.count == few.count
