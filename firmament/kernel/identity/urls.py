"""Everything under `/accounts/`. The names that begin with `account_` are django-allauth's."""

from allauth.account import views as allauth
from django.urls import path, re_path

from firmament.kernel.identity import views
from firmament.kernel.identity.views import dressed

urlpatterns = [
    path("", views.to_the_start),
    path("login/", dressed(allauth.login), name="account_login"),
    path("logout/", dressed(allauth.logout), name="account_logout"),
    path("inactive/", dressed(allauth.account_inactive), name="account_inactive"),
    path("signup/", dressed(allauth.signup), name="account_signup"),
    path("reauthenticate/", dressed(allauth.reauthenticate), name="account_reauthenticate"),
    path("password/change/", dressed(allauth.password_change), name="account_change_password"),
    path("password/set/", dressed(allauth.password_set), name="account_set_password"),
    path("password/reset/", dressed(allauth.password_reset), name="account_reset_password"),
    path("password/reset/done/", dressed(allauth.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        dressed(allauth.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        dressed(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("email/", views.new_address, name="account_email"),
    path("email/confirm/<str:token>/", views.confirm_address, name="identity_new_address"),
    path("invitation/", views.invitation, name="identity_invitation_pending"),
    path("invitation/<str:token>/", views.invitation, name="identity_invitation"),
    path("sessions/", views.sessions, name="identity_sessions"),
    path("sessions/end-others/", views.end_other_sessions, name="identity_end_other_sessions"),
    path("sessions/<uuid:session_id>/end/", views.end_session, name="identity_end_session"),
]
