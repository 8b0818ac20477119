from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "firmament.kernel.jobs"
    label = "jobs"
