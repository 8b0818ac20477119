from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "firmament.kernel.api"
    label = "api"
