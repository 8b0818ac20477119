"""Addresses of the room, under `/w/<firm>/snippets/`."""

from django.urls import path

from firmament.modules.snippets.views import governing, lists, reading, writing

urlpatterns = [
    path("", lists.snippet_list, name="snippet_list"),
    path("new/", writing.create, name="snippet_create"),
    path("check/", writing.check, name="snippet_check"),
    path("<uuid:pk>/", reading.snippet_detail, name="snippet"),
    path("<uuid:pk>/preview/", reading.preview, name="snippet_preview"),
    path("<uuid:pk>/history/", reading.history, name="snippet_history"),
    path("<uuid:pk>/edit/", writing.edit, name="snippet_edit"),
    path("<uuid:pk>/ask/", governing.ask, name="snippet_ask"),
    path("<uuid:pk>/withdraw/", governing.withdraw, name="snippet_withdraw"),
    path("<uuid:pk>/approve/", governing.approve, name="snippet_approve"),
    path("<uuid:pk>/send-back/", governing.send_back, name="snippet_send_back"),
    path("<uuid:pk>/replace/", governing.replace, name="snippet_replace"),
    path("<uuid:pk>/restore/", governing.restore, name="snippet_restore"),
    path("<uuid:pk>/share/", governing.share, name="snippet_share"),
    path("<uuid:pk>/set/<slug:step>/", governing.step, name="snippet_step"),
    path("shares/<uuid:pk>/take-back/", governing.take_back, name="share_take_back"),
]
