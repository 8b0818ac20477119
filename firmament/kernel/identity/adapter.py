"""How django-allauth behaves in this house."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.identity import throttle
from firmament.kernel.identity.events import PasswordChanged, SignedIn
from firmament.kernel.identity.models import User
from firmament.kernel.identity.origin import client_ip, ip_prefix
from firmament.kernel.identity.session_list import end_sessions_of
from firmament.kernel.identity.shell import notice
from firmament.kernel.identity.trail import tell_firms, tell_firms_of_throttling
from firmament.kernel.messages.secrets import secret
from firmament.kernel.messages.send import Recipient, queue_account_mail

# allauth's mails, and the wordings that stand for them. Others it never sends with our settings.
WORDINGS = {
    "account/email/unknown_account": "identity.password_reset",
    "account/email/password_changed": "identity.password_changed",
    "account/email/password_reset": "identity.password_changed",
    "account/email/password_set": "identity.password_changed",
}


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up, our throttling, our mail, our trail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("This address and password do not belong together."),
        "too_many_login_attempts": gettext_lazy(
            "Too many attempts. Wait a few minutes, or set a new password by e-mail."
        ),
        "invalid_password_reset": gettext_lazy("This link no longer works. Ask for a new one."),
        "enter_current_password": gettext_lazy("This is not your present password."),
        "incorrect_password": gettext_lazy("This is not your password."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation only."""
        return False

    def get_login_stages(self) -> list[str]:
        """A password is enough for now; second factors will be stages here."""
        return []

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request) or "0.0.0.0"  # noqa: S104 - no socket is bound; a place without an address

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse before the password is looked at, and the same whether the account exists or not."""
        email = str(credentials.get("email", ""))
        self._attempts = throttle.count(request, email)
        if self._attempts is None:
            tell_firms_of_throttling(email, ip_prefix(request))
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is not None and self._attempts is not None:
            self._attempts.take_back()
        return user

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().post_login(request, user, **kwargs)
        welcome(request, response, user)
        return response

    def set_password(self, user: User, password: str) -> None:
        """Whoever else is signed in as this person is out at once."""
        super().set_password(user, password)
        current = self.request.session.session_key if self.request.user.pk == user.pk else None
        end_sessions_of(user, keep=current)
        tell_firms(user, PasswordChanged(user_id=user.pk, ip_prefix=ip_prefix(self.request)))

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        queue_account_mail(
            wording="identity.password_reset",
            to=recipient_of(user),
            context={"link": secret("identity.reset_link", user_id=str(user.pk))},
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Ours instead of allauth's templates. To an address nobody has, nothing is sent (and as much work done)."""
        known = template_prefix != "account/email/unknown_account"
        user = User.objects.filter(email=email.lower()).first()
        queue_account_mail(
            wording=WORDINGS[template_prefix],
            to=recipient_of(user) if user else Recipient(name="", email=email),
            context={"link": ""},
            send=known,
        )

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *a: Any, **k: Any
    ) -> None:
        """Only what a person needs to hear; “signed in” and “signed out” can be seen."""
        if message_template == "account/messages/password_changed.txt":
            notice(request, _("Your password has been changed."))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/accounts/sessions/"


def welcome(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """After every sign-in, however it came about."""
    throttle.remember_browser(request, response, user.email)
    tell_firms(user, SignedIn(user_id=user.pk, ip_prefix=ip_prefix(request)))


def recipient_of(user: User) -> Recipient:
    """The person as the addressee of mail about their account."""
    return Recipient(
        name=user.name, email=user.email, user_id=user.pk, locale=user.locale, timezone=user.timezone
    )
