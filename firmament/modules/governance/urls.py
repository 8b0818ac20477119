"""Addresses of approvals and tags, under `/w/<firm>/governance/`."""

from django.urls import path

from firmament.modules.governance.views import approvals, folders, tags

urlpatterns = [
    path("approvals/", approvals.approvals, name="approvals"),
    path("folders/", folders.folders, name="folders"),
    path("folders/<uuid:pk>/", folders.folder, name="folder"),
    path("folders/<uuid:pk>/up/", folders.folder_shift, {"way": "up"}, name="folder_up"),
    path("folders/<uuid:pk>/down/", folders.folder_shift, {"way": "down"}, name="folder_down"),
    path("folders/<uuid:pk>/delete/", folders.folder_delete, name="folder_delete"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<uuid:pk>/", tags.tag, name="tag"),
    path("tags/<uuid:pk>/merge/", tags.tag_merge, name="tag_merge"),
    path("tags/<uuid:pk>/delete/", tags.tag_delete, name="tag_delete"),
    path("tags/removals/<uuid:pk>/undo/", tags.tag_undo, name="tag_undo"),
]
