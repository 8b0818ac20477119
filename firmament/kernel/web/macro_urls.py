"""Where macros are run, under `/w/<firm>/macros/`."""

from django.urls import path

from firmament.kernel.web import macro_pages

urlpatterns = [
    path("runs/<uuid:pk>/", macro_pages.record, name="record"),
    path("runs/<uuid:pk>/undo/", macro_pages.undo, name="undo"),
    path("<str:kind>/<uuid:pk>/", macro_pages.choose, name="choose"),
    path("<str:kind>/<uuid:pk>/<uuid:macro>/", macro_pages.look, name="look"),
    path("<str:kind>/<uuid:pk>/<uuid:macro>/run/", macro_pages.run, name="run"),
]
