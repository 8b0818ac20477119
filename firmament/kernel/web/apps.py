from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "firmament.kernel.web"
    label = "web"
