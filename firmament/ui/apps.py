from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "firmament.ui"
    label = "ui"
