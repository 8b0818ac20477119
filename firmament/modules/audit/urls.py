"""Addresses of the audit trail, under `/w/<firm>/audit/`."""

from django.urls import path

from firmament.modules.audit.views import erasing, proof, timelines, trail

urlpatterns = [
    path("", trail.trail, name="trail"),
    path("find/", timelines.find, name="find"),
    path("things/<str:kind>/<uuid:pk>/", timelines.thing, name="thing"),
    path("people/<uuid:pk>/", timelines.person, name="person"),
    path("erase/", erasing.erase_text, name="erase"),
    path("erase/about/<uuid:pk>/", erasing.erase_about, name="erase_about"),
    path("proof/", proof.proof, name="proof"),
    path("proof/verify/", proof.verify, name="verify"),
    path("proof/checkpoint/", proof.checkpoint, name="checkpoint"),
    path("proof/outlet/", proof.outlet, name="proof_outlet"),
    path("proof/exports/", proof.export, name="proof_exports"),
    path("proof/exports/<uuid:pk>/", proof.exported, name="proof_export"),
    path("proof/exports/<uuid:pk>/file/", proof.export_file, name="proof_file"),
    path("<uuid:pk>/proof/", proof.entry_proof, name="entry_proof"),
    path("<uuid:pk>/", trail.entry, name="entry"),
    path("<uuid:pk>/erase/", erasing.erase_entry, name="erase_entry"),
]
