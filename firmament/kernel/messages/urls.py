"""The local mailbox."""

from django.urls import path

from firmament.kernel.messages import mailbox

urlpatterns = [
    path("dev/mail/", mailbox.inbox, name="dev_mail"),
    path("dev/mail/<uuid:mail_id>/", mailbox.letter, name="dev_mail_letter"),
    path("dev/mail/empty/", mailbox.empty, name="dev_mail_empty"),
]
