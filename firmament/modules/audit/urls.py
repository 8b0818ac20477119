"""Addresses of the audit trail, under `/w/<firm>/audit/`."""

from django.urls import path

from firmament.modules.audit import views

urlpatterns = [
    path("", views.trail, name="trail"),
    path("<uuid:pk>/", views.entry, name="entry"),
]
