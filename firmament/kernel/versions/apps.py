from importlib import import_module

from django.apps import AppConfig


class VersionsConfig(AppConfig):
    name = "firmament.kernel.versions"
    label = "versions"

    def ready(self) -> None:
        import_module("firmament.kernel.versions.checks")
