"""Addresses of the room."""

from django.urls import path

from firmament.modules.grants.views import every
from firmament.modules.grants.views import grants as views

urlpatterns = [
    path("", every.every, name="every"),
    path("of/<uuid:pk>/", views.access, name="access"),
    path("of/<uuid:pk>/invite/", views.invite_page, name="invite"),
    path("invitations/<uuid:pk>/<slug:step>/", views.invitation_step, name="invitation_step"),
    path("<uuid:pk>/", views.grant_edit, name="edit"),
    path("<uuid:pk>/revoke/", views.grant_revoke, name="revoke"),
]
