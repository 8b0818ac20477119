"""Addresses of the room."""

from django.urls import path

from firmament.modules.clients import portal
from firmament.modules.clients.views import clients, contacts, imports, lists

urlpatterns = [
    path("", lists.client_list, name="client_list"),
    path("new/", clients.client_create, name="client_create"),
    path("import/", imports.client_import, name="import"),
    path("import/<uuid:pk>/", imports.client_import, name="import_one"),
    path("bin/", lists.client_bin, name="bin"),
    path("<uuid:pk>/", clients.client_detail, name="client"),
    path("<uuid:pk>/activity/", clients.client_timeline, name="client_activity"),
    path("<uuid:pk>/edit/", clients.client_edit, name="client_edit"),
    path("<uuid:pk>/delete/", clients.client_delete, name="client_delete"),
    path("<uuid:pk>/restore/", clients.client_restore, name="client_restore"),
    path("<uuid:pk>/set/<slug:step>/", clients.client_step, name="client_step"),
    path("<uuid:pk>/contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/<uuid:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:pk>/set/<slug:step>/", contacts.contact_step, name="contact_step"),
]

portal_urlpatterns = [
    path("", portal.profile, name="profile"),
    path("contacts/<uuid:pk>/", portal.contact_edit, name="contact_edit"),
    path("<uuid:pk>/contacts/new/", portal.contact_create, name="contact_create"),
]
