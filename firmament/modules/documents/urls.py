"""Addresses of document requests: staff under `/w/<firm>/documents/`, clients under `/portal/<firm>/documents/`."""

from django.urls import path

from firmament.modules.documents import portal
from firmament.modules.documents.views import lists, overview, requests

urlpatterns = [
    path("", lists.request_list, name="request_list"),
    path("overview/", overview.overview, name="overview"),
    path("new/<uuid:client>/", requests.create, name="request_create"),
    path("requests/<uuid:pk>/", requests.request_page, name="request"),
    path("requests/<uuid:pk>/edit/", requests.edit, name="request_edit"),
    path("requests/<uuid:pk>/letter/", requests.letter, name="request_letter"),
    path("requests/<uuid:pk>/send/", requests.send, name="request_send"),
    path("requests/<uuid:pk>/cancel/", requests.cancel, name="request_cancel"),
    path("items/<uuid:pk>/waive/", requests.waive, name="item_waive"),
    path("items/<uuid:pk>/reopen/", requests.reopen, name="item_reopen"),
    path("submissions/<uuid:pk>/accept/", requests.accept, name="submission_accept"),
    path("submissions/<uuid:pk>/reject/", requests.reject, name="submission_reject"),
    path("submissions/<uuid:pk>/file/", requests.download, name="submission_file"),
]

portal_urlpatterns = [
    path("", portal.request_list, name="request_list"),
    path("<uuid:pk>/", portal.request_page, name="request"),
    path("items/<uuid:pk>/files/", portal.upload, name="item_files"),
    path("submissions/<uuid:pk>/withdraw/", portal.withdraw, name="submission_withdraw"),
    path("submissions/<uuid:pk>/file/", portal.download, name="submission_file"),
]
