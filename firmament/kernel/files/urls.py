"""Where files leave the house."""

from django.urls import path

from firmament.kernel.files import views

urlpatterns = [path("files/<str:token>", views.deliver, name="files_deliver")]
