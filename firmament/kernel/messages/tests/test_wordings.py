"""Every wording of every room renders from its own sample; letters look the same in both bodies."""

import pytest

from firmament.kernel.messages import letter
from firmament.kernel.messages.render import compose, house_sender, preview
from firmament.kernel.messages.send import Recipient
from firmament.kernel.messages.wordings import UnknownWording, wording, wordings
from firmament.kernel.wording.render import variables

ANA = Recipient(name="Ana", email="ana@client.example")
KNOWN = {"recipient", "sender", "firm", "site_url"}


@pytest.mark.parametrize("code", sorted(wordings()))
def test_a_wording_renders_from_its_sample(code):
    made = compose(wording(code), wording(code).sample, ANA, house_sender())

    assert made.subject
    assert "\\" not in made.text
    assert "{{" not in made.text + made.html


@pytest.mark.parametrize("code", sorted(wordings()))
def test_a_sample_shows_every_value_its_wording_asks_for(code):
    chosen = wording(code)
    asked = {path.partition(".")[0] for path in variables(chosen.subject) + variables(chosen.body)}

    assert asked - KNOWN <= set(chosen.sample)


def test_a_preview_without_context_shows_the_sample(alice):
    shown = preview("identity.invitation_staff", None, ANA)

    assert "Ada Vale" in shown.subject
    assert "Acme" in shown.text


def test_an_unknown_wording_names_the_file_that_is_missing():
    with pytest.raises(UnknownWording, match="documents/wordings/nothing"):
        wording("documents.nothing")


def test_a_paragraph_of_one_link_is_a_button_and_a_link_in_a_sentence_is_not():
    html = letter.to_html(
        "[Open](https://a.example/)\n\nSee [this](https://b.example/).", colour="#123456", site=""
    )

    assert html.count("background:#123456") == 1


def test_plain_text_writes_links_lists_and_quotes_out():
    text = letter.to_text(
        "# Hello\n\n- **one**\n- [two](/w/acme/)\n\n1. a\n2. b\n\n> quoted\n\n---\n",
        site="https://desk.example.com",
    )

    assert text == (
        "Hello\n\n- one\n- two: https://desk.example.com/w/acme/\n\n1. a\n2. b\n\n> quoted\n\n"
        "------------------------\n"
    )


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](http://evil.example/track.gif)",
        "<img src=x onerror=alert(1)>",
        "[x](data:text/html,hi)",
    ],
)
def test_a_letter_carries_no_script_and_no_picture(markdown):
    html = letter.to_html(markdown, colour="#123456", site="https://desk.example.com")

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
