"""The local mailbox: open on one's own machine, and nowhere else."""

import pytest
from django.test import Client

from firmament.kernel.messages.gateways import Email, LocalGateway
from firmament.kernel.messages.models import CaughtMail
from firmament.lib.instant import now

pytestmark = pytest.mark.django_db


@pytest.fixture
def caught(settings):
    settings.MAIL = "local"
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    email = Email(
        message_id="<1@desk.example.com>",
        sender_name="Acme",
        sender_email="no-reply@desk.example.com",
        recipient_name="Ana",
        recipient_email="ana@client.example",
        subject="Welcome <b>",
        text="Open https://desk.example.com/x",
        html='<html><body style="x"><p>Open <a href="https://desk.example.com/x">this</a></p>'
        "<script>alert(1)</script></body></html>",
        written_at=now(),
    )
    LocalGateway().send(email)
    return CaughtMail.objects.get()


def test_mails_are_listed_and_shown_with_links_that_work(caught):
    browser = Client()

    inbox = browser.get("/dev/mail/?to=ana@").content.decode()
    shown = browser.get(f"/dev/mail/{caught.pk}/").content.decode()

    assert "Welcome &lt;b&gt;" in inbox
    assert 'href="https://desk.example.com/x"' in shown
    assert "alert(1)</script>" not in shown


def test_it_can_be_emptied(caught):
    assert Client().post("/dev/mail/empty/").status_code == 302

    assert not CaughtMail.objects.exists()


@pytest.mark.parametrize(
    ("mail", "url", "address"),
    [
        ("smtp://mail.example.com", "http://127.0.0.1:8000", "127.0.0.1"),
        ("local", "https://desk.example.com", "127.0.0.1"),
        ("local", "http://127.0.0.1:8000", "203.0.113.9"),
    ],
)
def test_nobody_else_finds_it(caught, settings, mail, url, address):
    settings.MAIL, settings.PUBLIC_URL = mail, url
    browser = Client(REMOTE_ADDR=address)

    assert browser.get("/dev/mail/").status_code == 404
    assert browser.get(f"/dev/mail/{caught.pk}/").status_code == 404
    assert browser.post("/dev/mail/empty/").status_code == 404
    assert CaughtMail.objects.count() == 1
