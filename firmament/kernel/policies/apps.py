from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "firmament.kernel.policies"
    label = "policies"
