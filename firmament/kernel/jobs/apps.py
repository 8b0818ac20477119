from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from firmament.kernel.jobs import checks

__all__ = ["JobsConfig", "checks"]


class JobsConfig(AppConfig):
    name = "firmament.kernel.jobs"
    label = "jobs"

    def ready(self) -> None:
        # Every process knows every job: whoever records an event must know who follows it.
        autodiscover_modules("jobs")
