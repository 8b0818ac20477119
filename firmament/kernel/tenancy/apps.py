from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "firmament.kernel.tenancy"
    label = "tenancy"
