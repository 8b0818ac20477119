from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "firmament.config"
    label = "config"
