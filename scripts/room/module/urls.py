"""Addresses of the room."""

from django.urls import path

from firmament.modules.sample_things import views

urlpatterns = [
    path("", views.sample_thing_list, name="sample_thing_list"),
    path("overview/", views.overview, name="overview"),
    path("new/<uuid:pk>/", views.sample_thing_create, name="sample_thing_create"),
    path("<uuid:pk>/", views.sample_thing_page, name="sample_thing"),
    path("<uuid:pk>/edit/", views.sample_thing_edit, name="sample_thing_edit"),
    path("<uuid:pk>/finish/", views.sample_thing_finish, name="sample_thing_finish"),
    path("<uuid:pk>/reopen/", views.sample_thing_reopen, name="sample_thing_reopen"),
]
