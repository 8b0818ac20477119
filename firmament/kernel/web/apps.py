from importlib import import_module

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "firmament.kernel.web"
    label = "web"

    def ready(self) -> None:
        import_module("firmament.kernel.web.checks")
