"""Follow-up steps in a snippet: written in its form, checked when saved, shown on its page, kept in its versions."""

import pytest
from django.core.exceptions import ValidationError

from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.tests.factories import IN_A_MONTH, PAUSE, TO_ME, a_macro, a_request
from firmament.modules.snippets.actions.writing import change_snippet, create_snippet
from firmament.modules.snippets.models import Snippet, SnippetVersion
from firmament.modules.snippets.tests.factories import draft_of, make_draft, make_snippet
from firmament.modules.snippets.tests.test_api import WRITTEN, api_of
from firmament.modules.snippets.tests.test_pages import LIST, at, filled_in

STEPS = {
    "steps": "2",
    "step_0_code": "engagements.pause",
    "step_0_reason": "Waiting for the bank",
    "step_1_code": "documents.set_due",
    "step_1_days": " 30 ",
}


def written():
    return SnippetVersion.objects.latest_of(Snippet.objects.get(title="Bank statements"))


def text(page):
    return page.content.decode()


def test_steps_are_written_in_the_form_and_kept_by_their_types(alice_browser):
    saved = alice_browser.post(f"{LIST}new/", filled_in(**STEPS))

    assert saved.status_code == 303
    assert written().steps == [PAUSE, IN_A_MONTH]
    form = text(alice_browser.get(at(written().subject, "edit/")))
    assert "Waiting for the bank" in form
    assert 'value="30"' in form


def test_a_step_that_is_not_complete_is_told_beside_it_and_nothing_is_kept(alice_browser):
    answer = alice_browser.post(
        f"{LIST}new/", filled_in(**{**STEPS, "step_0_reason": "x" * 2001, "step_1_days": "soon"})
    )

    page = text(answer)
    assert answer.status_code == 422
    assert "Step 1: Say it in at most 2000 characters." in page
    assert "Step 2: Days: this is not a number" in page
    assert 'id="id_step_1_days"' in page
    assert not Snippet.objects.filter(title="Bank statements").exists()


def test_what_a_step_needs_is_asked_for_beside_it(alice_browser):
    answer = alice_browser.post(f"{LIST}new/", filled_in(**{**STEPS, "step_0_reason": ""}))

    assert answer.status_code == 422
    assert "This field is required." in text(answer)
    assert not Snippet.objects.filter(title="Bank statements").exists()


@pytest.mark.parametrize(
    ("more", "further", "codes"),
    [
        (
            "step",
            {"new_step": "clients.activate"},
            ["engagements.pause", "documents.set_due", "clients.activate"],
        ),
        ("step", {"new_step": "crm.nothing"}, ["engagements.pause", "documents.set_due"]),
        ("step-remove-0", {}, ["documents.set_due"]),
        ("step-up-1", {}, ["documents.set_due", "engagements.pause"]),
        ("step-up-0", {}, ["engagements.pause", "documents.set_due"]),
        ("step-remove-7", {}, ["engagements.pause", "documents.set_due"]),
        ("step-up-²", {}, ["engagements.pause", "documents.set_due"]),
    ],
)
def test_steps_are_added_moved_and_taken_out_and_nothing_typed_is_lost(alice_browser, more, further, codes):
    answer = alice_browser.post(f"{LIST}new/", filled_in(**STEPS, more=more, **further))

    page = text(answer)
    assert answer.status_code == 200
    assert [code for code in codes if f'value="{code}">' in page] == codes
    assert f'name="steps" value="{len(codes)}"' in page
    assert ("Waiting for the bank" in page) == ("engagements.pause" in codes)
    assert not Snippet.objects.filter(title="Bank statements").exists()


def test_changing_the_text_leaves_the_steps_and_changing_a_step_is_a_new_version(alice):
    snippet = make_snippet(alice, steps=(PAUSE,))

    snippet = change_snippet(alice, snippet, draft_of(snippet, bodies={"en": "Other."}), based_on=1)
    snippet = change_snippet(alice, snippet, draft_of(snippet, steps=(PAUSE, TO_ME)), based_on=2)

    kept = list(SnippetVersion.objects.filter(subject=snippet).order_by("number"))
    assert [version.steps for version in kept] == [[PAUSE], [PAUSE], [PAUSE, TO_ME]]


def test_a_step_that_nobody_offers_is_refused_wherever_it_comes_from(alice):
    with pytest.raises(ValidationError, match="Step 1: there is no step"):
        create_snippet(alice, make_draft(steps=({"code": "crm.move", "params": {}},)))


def test_the_page_says_the_steps_in_words_and_where_they_were_run(alice, alice_browser):
    macro, request = a_macro(alice, IN_A_MONTH), a_request(alice)
    page = text(alice_browser.get(at(macro)))
    assert "Follow-up steps" in page
    assert "Move the date" in page
    assert "Last runs" not in page

    alice_browser.post(f"/w/acme/macros/documents.documentrequest/{request.pk}/{macro.pk}/run/")

    assert f"/w/acme/macros/runs/{MacroRun.objects.get().pk}/" in text(alice_browser.get(at(macro)))
    assert "Follow-up steps" not in text(alice_browser.get(at(make_snippet(alice))))


def test_versions_are_compared_by_their_steps_too(alice, alice_browser):
    snippet = make_snippet(alice, steps=(IN_A_MONTH,))
    change_snippet(alice, snippet, draft_of(snippet, steps=(IN_A_MONTH, TO_ME)), based_on=1)

    page = text(alice_browser.get(at(snippet, "history/")))

    assert "clients.assign_owner" in page


def test_a_program_writes_steps_and_reads_them_from_the_versions(alice):
    api = api_of(alice)
    made = api.send("POST", "", {**WRITTEN, "steps": [PAUSE]})
    refused = api.send("POST", "", {**WRITTEN, "key": "other", "steps": [{"code": "crm.move"}]})
    pk = made.json()["id"]

    versions = api.send("GET", f"/{pk}/versions").json()["items"]

    assert made.status_code == 201
    assert [version["steps"] for version in versions] == [[PAUSE]]
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "/steps"
