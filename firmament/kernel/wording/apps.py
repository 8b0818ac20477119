from django.apps import AppConfig


class WordingConfig(AppConfig):
    name = "firmament.kernel.wording"
    label = "wording"
