"""Messages sent: seen with their state, and never across a wall."""

from firmament.kernel.tenancy.models import Membership
from firmament.modules.access.tests.factories import make_wall
from firmament.modules.clients.tests.factories import carlas_bakery
from firmament.modules.operations.tests.factories import make_delivery


def told(answer) -> str:
    return answer.content.decode()


def test_messages_are_listed_with_their_state_and_text(alice, alice_browser, bob_browser):
    delivery = make_delivery(alice)
    url = "/w/acme/operations/messages/"

    assert "carla@client.example" in told(alice_browser.get(url))
    assert "Documents: request sent" in told(alice_browser.get(f"{url}{delivery.pk}/"))
    assert bob_browser.get(f"{url}{delivery.pk}/").status_code == 403


def test_a_wall_hides_the_messages_to_its_client(ada, alice, alice_browser):
    delivery = make_delivery(ada, client_id=carlas_bakery().pk)
    make_wall(ada, Membership.objects.get(pk=alice.membership_id))

    assert alice_browser.get(f"/w/acme/operations/messages/{delivery.pk}/").status_code == 404
    assert "carla@client.example" not in told(alice_browser.get("/w/acme/operations/messages/"))
