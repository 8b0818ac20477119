"""Addresses of the firm's own pages: staff under `/w/<firm>/firms/`, clients under `/portal/<firm>/firms/`."""

from django.urls import path

from firmament.modules.firms import portal
from firmament.modules.firms.views import (
    invitations,
    people,
    profile,
    settings,
    teams,
)

urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invitations/<uuid:pk>/<slug:step>/", invitations.invitation_step, name="invitation_step"),
    path("people/teams/", teams.teams, name="teams"),
    path("people/teams/<uuid:pk>/", teams.team, name="team"),
    path("people/teams/<uuid:pk>/rename/", teams.team_rename, name="team_rename"),
    path("people/teams/<uuid:pk>/archive/", teams.team_archive, name="team_archive"),
    path("people/teams/<uuid:pk>/restore/", teams.team_restore, name="team_restore"),
    path("people/teams/<uuid:pk>/<uuid:member>/leave/", teams.team_leave, name="team_leave"),
    path("people/<uuid:pk>/", people.person, name="person"),
    path("people/<uuid:pk>/title/", people.title, name="person_title"),
    path("people/<uuid:pk>/roles/", people.roles, name="person_roles"),
    path("people/<uuid:pk>/deactivate/", people.deactivate, name="person_deactivate"),
    path("people/<uuid:pk>/reactivate/", people.reactivate, name="person_reactivate"),
    path("settings/", settings.settings, name="settings"),
    path("settings/brand/", settings.brand, name="brand"),
    path("settings/brand/logo/", settings.logo_put, name="logo_put"),
    path("settings/brand/logo/remove/", settings.logo_remove, name="logo_remove"),
    path("logo/<uuid:pk>/", profile.logo, name="logo"),
    path("profile/", profile.profile, name="profile"),
    path("profile/theme/", profile.theme, name="theme"),
    path("profile/tokens/new/", profile.token_new, name="token_new"),
    path("profile/tokens/<uuid:pk>/revoke/", profile.token_revoke, name="token_revoke"),
]
portal_urlpatterns = [
    path("profile/", portal.profile, name="profile"),
    path("profile/theme/", portal.theme, name="theme"),
    path("logo/<uuid:pk>/", portal.logo, name="logo"),
]
