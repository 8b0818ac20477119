"""`/w/<firm>/home/` and `/portal/<firm>/home/`."""

from django.urls import path

from firmament.modules.home import portal, views

urlpatterns = [path("", views.home, name="home")]
portal_urlpatterns = [path("", portal.home, name="home")]
