from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "firmament.kernel.identity"
    label = "identity"
