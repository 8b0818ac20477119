from firmament.kernel.identity.models import Invitation
from firmament.kernel.policies.models import PortalGrant
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.testing.weighing import saved
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.clients.tests.factories import carlas_bakery, make_client, make_contact

HOME = "/w/acme/grants/"


def text(response):
    return response.content.decode()


def test_a_contact_is_invited_and_the_invitation_sent_again_and_taken_back(alice_browser, alice):
    client = make_client(alice)
    contact = make_contact(alice, client, name="Nora", email="nora@client.example")
    form = text(alice_browser.get(f"{HOME}of/{client.pk}/invite/?contact={contact.pk}"))
    sent = alice_browser.post(
        f"{HOME}of/{client.pk}/invite/",
        {"name": "Nora", "email": "nora@client.example", "scopes": ["documents.list", "documents.upload"]},
    )
    invitation = Invitation.objects.get(email="nora@client.example")
    alice_browser.post(f"{HOME}invitations/{invitation.pk}/resend/")
    shown = text(alice_browser.get(f"{HOME}of/{client.pk}/"))
    alice_browser.post(f"{HOME}invitations/{invitation.pk}/revoke/")

    assert 'value="nora@client.example"' in form
    assert sent.status_code == 303
    assert "Send again" in shown
    invitation.refresh_from_db()
    assert invitation.generation == 2
    assert invitation.revoked_at is not None


def test_a_grant_is_narrowed_given_an_end_and_taken_back(alice_browser, alice):
    grant = PortalGrant.objects.get(client_id=carlas_bakery().pk)
    changed = saved(
        alice_browser, f"{HOME}{grant.pk}/", {"scopes": ["documents.list"], "ends_on": "2099-12-31"}
    )
    shown = text(alice_browser.get(f"{HOME}{grant.pk}/"))
    grant.refresh_from_db()

    assert changed.status_code == 303
    assert grant.scopes == ["documents.list"]
    assert 'value="2099-12-31"' in shown
    saved(alice_browser, f"{HOME}{grant.pk}/revoke/")
    assert alice_browser.get(f"{HOME}{grant.pk}/").status_code == 404


def test_all_portal_access_stands_in_one_list_and_is_taken_back_together(ada, alice_browser, ledger):
    grant = PortalGrant.objects.get(client_id=carlas_bakery().pk)

    shown = text(alice_browser.get(HOME))
    asked = text(alice_browser.post(HOME, {"bulk": "revoke", "selected": [str(grant.pk)]}))
    still = PortalGrant.objects.unrevoked().filter(pk=grant.pk).exists()
    ledger.forget()
    alice_browser.post(HOME, {"bulk": "revoke", "selected": [str(grant.pk)], "confirmed": "yes"})

    assert "Carla Client" in shown
    assert "Carla’s Bakery" in shown
    assert "Shut these people out?" in asked
    assert still
    assert not PortalGrant.objects.unrevoked().filter(pk=grant.pk).exists()
    assert "policies.portal_revoked" in ledger.codes()


def test_the_list_names_no_client_behind_a_wall_and_changes_nothing_for_staff(
    ada, alice, alice_browser, bob_browser
):
    grant = PortalGrant.objects.get(client_id=carlas_bakery().pk)
    refused = bob_browser.post(HOME, {"bulk": "revoke", "selected": [str(grant.pk)], "confirmed": "yes"})
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    assert refused.status_code == 403
    assert PortalGrant.objects.unrevoked().filter(pk=grant.pk).exists()
    assert "Carla’s Bakery" not in text(alice_browser.get(HOME))
