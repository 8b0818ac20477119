from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    name = "firmament.kernel.messages"
    label = "messages"
    verbose_name = _("Messages")

    def ready(self) -> None:
        from firmament.kernel.messages import checks

        assert checks
