"""Addresses of document requests: staff under `/w/<firm>/documents/`, clients under `/portal/<firm>/documents/`."""

from django.urls import path

from firmament.modules.documents import portal, views

urlpatterns = [
    path("", views.request_list, name="request_list"),
    path("new/<uuid:client>/", views.create, name="request_create"),
    path("requests/<uuid:pk>/", views.request_page, name="request"),
    path("requests/<uuid:pk>/edit/", views.edit, name="request_edit"),
    path("requests/<uuid:pk>/letter/", views.letter, name="request_letter"),
    path("requests/<uuid:pk>/send/", views.send, name="request_send"),
    path("requests/<uuid:pk>/cancel/", views.cancel, name="request_cancel"),
    path("items/<uuid:pk>/waive/", views.waive, name="item_waive"),
    path("items/<uuid:pk>/reopen/", views.reopen, name="item_reopen"),
    path("submissions/<uuid:pk>/accept/", views.accept, name="submission_accept"),
    path("submissions/<uuid:pk>/reject/", views.reject, name="submission_reject"),
    path("submissions/<uuid:pk>/file/", views.download, name="submission_file"),
]

portal_urlpatterns = [
    path("", portal.request_list, name="request_list"),
    path("<uuid:pk>/", portal.request_page, name="request"),
    path("items/<uuid:pk>/files/", portal.upload, name="item_files"),
    path("submissions/<uuid:pk>/withdraw/", portal.withdraw, name="submission_withdraw"),
    path("submissions/<uuid:pk>/file/", portal.download, name="submission_file"),
]
