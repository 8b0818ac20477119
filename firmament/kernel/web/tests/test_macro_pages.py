"""Macros on the pages of the workspace: chosen, looked at, run, read, taken back."""

import re

import pytest

from firmament.kernel.ledger.models import Entry
from firmament.kernel.macros.models import MacroRun
from firmament.kernel.macros.tests.factories import (
    IN_A_MONTH,
    PAUSE,
    TO_ME,
    TO_NOBODY,
    a_macro,
    a_request,
    a_run,
)
from firmament.kernel.policies.actions import raise_wall
from firmament.kernel.tenancy.models import Membership
from firmament.modules.clients.actions.clients import assign_owner
from firmament.modules.clients.models import Client
from firmament.modules.clients.tests.factories import make_client
from firmament.modules.documents.models import DocumentRequest
from firmament.modules.engagements.models import Engagement
from firmament.modules.snippets.actions.governing import archive_snippet
from firmament.modules.snippets.tests.factories import make_snippet


def address(thing, *further):
    return "/".join(["/w/acme/macros", thing._meta.label_lower, str(thing.pk), *map(str, further), ""])


def mark_on(page):
    return re.search(r'name="mark" value="([0-9a-f]{64})"', page.content.decode())[1]


def text(page):
    return page.content.decode()


def test_a_things_page_leads_to_the_macros_that_fit_it(alice, alice_browser):
    request = a_request(alice)
    a_macro(alice, PAUSE, IN_A_MONTH, title="Wait for the client")
    a_macro(alice, TO_ME, title="Take over")
    make_snippet(alice, title="Only words")

    pages = {
        "request": alice_browser.get(request.get_absolute_url()),
        "engagement": alice_browser.get(f"/w/acme/engagements/{request.engagement_id}/"),
        "client": alice_browser.get(f"/w/acme/clients/{request.client_id}/"),
    }
    offered = {
        name: alice_browser.get(re.search(r'href="(/w/acme/macros/[^"]+)"', text(page))[1])
        for name, page in pages.items()
    }

    assert "Wait for the client" in text(offered["request"])
    assert "Waiting for the bank" in text(offered["request"])
    assert "Wait for the client" not in text(offered["engagement"])
    for page in offered.values():
        assert page.status_code == 200
        assert "Take over" in text(page)
        assert "Only words" not in text(page)


def test_who_may_not_run_macros_is_not_led_there(alice, carla_browser, acme):
    from_portal = carla_browser.get(f"/w/acme/macros/clients.client/{make_client(alice).pk}/")

    assert from_portal.status_code == 404


def test_looking_changes_nothing_and_running_does_what_was_shown(alice, alice_browser):
    request, macro = a_request(alice), a_macro(alice, PAUSE, TO_ME, IN_A_MONTH)
    recorded = Entry.objects.count()

    shown = alice_browser.post(address(request, macro.pk))
    assert shown.status_code == 200
    assert "Waiting for the bank" in text(shown)
    assert "Nothing to change" in text(shown)
    assert Entry.objects.count() == recorded

    ran = alice_browser.post(address(request, macro.pk, "run"), {"mark": mark_on(shown)})
    assert ran.status_code == 303
    assert ran["Location"] == request.get_absolute_url()
    assert Engagement.objects.get(pk=request.engagement_id).state == "paused"
    after = alice_browser.get(ran["Location"])
    assert "was run." in text(after)
    undo = re.search(r'"(/w/acme/macros/runs/[^"]+/undo/)"', text(after))[1]

    back = alice_browser.post(undo, follow=True)
    assert "was taken back." in text(back)
    assert Engagement.objects.get(pk=request.engagement_id).state == "active"


def test_a_macro_that_cannot_be_run_says_which_step_and_offers_no_button(alice, alice_browser):
    request = a_request(alice)
    macro = a_macro(alice, PAUSE, PAUSE, IN_A_MONTH)

    shown = text(alice_browser.post(address(request, macro.pk)))

    assert "This macro cannot be run now" in shown
    assert "This engagement is in another state by now." in shown
    assert "Not reached" in shown
    assert "Run it" not in shown


def test_what_changed_since_the_preview_is_not_overrun(alice, alice_browser):
    request = a_request(alice)
    macro = a_macro(alice, TO_NOBODY, IN_A_MONTH)
    mark = mark_on(alice_browser.post(address(request, macro.pk)))
    assign_owner(alice, Client.objects.get(pk=request.client_id), None)

    ran = alice_browser.post(address(request, macro.pk, "run"), {"mark": mark}, follow=True)

    assert "Something has changed since the preview." in text(ran)
    assert not MacroRun.objects.exists()


def test_a_step_beyond_ones_power_is_said_and_nothing_is_done(alice, bob_browser):
    request = a_request(alice)
    macro = a_macro(alice, IN_A_MONTH, TO_NOBODY)

    ran = bob_browser.post(address(request, macro.pk, "run"), follow=True)

    assert "Step 2, “Say who is responsible”: you may not do this." in text(ran)
    assert DocumentRequest.objects.get(pk=request.pk).due_on == request.due_on


def test_the_record_says_what_stood_there_before_and_after_in_words(alice, alice_browser):
    request = a_request(alice)
    macro = a_macro(alice, PAUSE, TO_NOBODY)
    alice_browser.post(address(request, macro.pk, "run"))
    run = MacroRun.objects.get()

    page = text(alice_browser.get(f"/w/acme/macros/runs/{run.pk}/"))

    assert "<del>Active</del>" in page
    assert "<ins>Paused</ins>" in page
    assert "<del>Alice Partner</del>" in page
    assert "Take back" in page
    assert f'href="{macro.get_absolute_url()}"' in page
    assert str(run.pk) in text(alice_browser.get(address(request)))


def test_a_way_back_that_is_refused_is_explained_on_the_record(alice, alice_browser):
    run = a_run(alice)
    request = DocumentRequest.objects.get(pk=run.object_id)
    DocumentRequest.objects.filter(pk=request.pk).update(due_on="2030-01-01")

    back = alice_browser.post(f"/w/acme/macros/runs/{run.pk}/undo/", follow=True)

    assert "has been changed since (Due on)." in text(back)
    assert back.redirect_chain[-1][0] == f"/w/acme/macros/runs/{run.pk}/"


@pytest.mark.parametrize("further", [(), ("run",)])
def test_what_is_not_in_use_or_not_theirs_is_not_there(alice, bob, bob_browser, further):
    request = a_request(alice)
    archived, private = a_macro(alice, IN_A_MONTH), make_snippet(alice, steps=(IN_A_MONTH,))
    archive_snippet(alice, archived)
    hidden = a_request(alice)
    open_to_all = a_macro(alice, IN_A_MONTH)
    raise_wall(
        alice,
        membership=Membership.objects.get(pk=bob.membership_id),
        client_id=hidden.client_id,
        reason="Conflict",
    )

    for thing, macro in ((request, archived), (request, private), (hidden, open_to_all)):
        assert bob_browser.post(address(thing, macro.pk, *further)).status_code == 404
    assert not MacroRun.objects.exists()


def test_the_page_of_macros_costs_the_same_for_one_and_for_twenty(alice, alice_browser, queries):
    request = a_request(alice)
    a_macro(alice, IN_A_MONTH)
    with queries() as one:
        alice_browser.get(address(request))
    for number in range(19):
        a_macro(alice, IN_A_MONTH, title=f"Macro {number}")

    with queries() as twenty:
        alice_browser.get(address(request))

    assert twenty.count == one.count
