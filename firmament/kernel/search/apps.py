from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class SearchConfig(AppConfig):
    name = "firmament.kernel.search"
    label = "search"

    def ready(self) -> None:
        # Every process knows every source: whoever records an event must know that the index follows it. With them
        # come the start-up checks, which need every model.
        autodiscover_modules("checks", "search")
