"""Addresses of the room, among those of the snippets."""

from django.urls import path

from firmament.modules.libraries import views

urlpatterns = [
    path("import/", views.snippet_import, name="import"),
    path("import/<uuid:pk>/", views.snippet_import, name="import_one"),
    path("export/", views.library_export, name="export"),
]
