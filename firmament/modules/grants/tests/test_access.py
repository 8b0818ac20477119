from firmament.kernel.identity.models import Invitation
from firmament.kernel.policies.models import PortalGrant
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
    changed = alice_browser.post(
        f"{HOME}{grant.pk}/", {"scopes": ["documents.list"], "ends_on": "2099-12-31"}
    )
    shown = text(alice_browser.get(f"{HOME}{grant.pk}/"))
    grant.refresh_from_db()

    assert changed.status_code == 303
    assert grant.scopes == ["documents.list"]
    assert 'value="2099-12-31"' in shown
    alice_browser.post(f"{HOME}{grant.pk}/revoke/")
    assert alice_browser.get(f"{HOME}{grant.pk}/").status_code == 404
