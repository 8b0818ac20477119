"""Addresses of the room."""

from django.urls import path

from firmament.modules.engagements import views

urlpatterns = [
    path("", views.engagement_list, name="engagement_list"),
    path("new/<uuid:pk>/", views.engagement_create, name="engagement_create"),
    path("<uuid:pk>/", views.engagement_detail, name="engagement"),
    path("<uuid:pk>/edit/", views.engagement_edit, name="engagement_edit"),
    path("<uuid:pk>/set/<slug:step>/", views.engagement_step, name="engagement_step"),
    path("<uuid:pk>/discard/", views.engagement_discard, name="engagement_discard"),
]
