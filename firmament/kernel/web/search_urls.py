"""Where the firm is searched."""

from django.urls import path

from firmament.kernel.web import search_pages

urlpatterns = [
    path("", search_pages.workspace_search, name="search"),
    path("rows/", search_pages.palette, name="rows"),
]
portal_urlpatterns = [path("", search_pages.portal_search, name="search")]
