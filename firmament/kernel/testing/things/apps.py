from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "firmament.kernel.testing.things"
    label = "things"
