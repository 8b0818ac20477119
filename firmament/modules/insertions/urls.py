"""Addresses of the room, among those of the snippets."""

from django.urls import path

from firmament.modules.insertions.views import picking, usage

urlpatterns = [
    path("picker/", picking.picker, name="picker"),
    path("picker/<uuid:pk>/", picking.pick, name="pick"),
    path("picker/<uuid:pk>/preview/", picking.pick_preview, name="pick_preview"),
    path("usage/", usage.usage_board, name="usage"),
    path("uses/", usage.use_list, name="uses"),
    path("alike/", usage.alike, name="alike"),
]
