from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BreakglassConfig(AppConfig):
    name = "firmament.kernel.breakglass"
    label = "breakglass"
    verbose_name = _("Operators’ sessions")

    def ready(self) -> None:
        # Policies ask who is an operator now through a hook: they may not import what stands above them.
        from firmament.kernel.breakglass.operators import standing_of
        from firmament.kernel.policies.authority import set_operator_source

        set_operator_source(standing_of)
