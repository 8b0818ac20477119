from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    name = "firmament.kernel.policies"
    label = "policies"
    verbose_name = _("Roles, teams and walls")

    def ready(self) -> None:
        # The floors below ask for policies through hooks: they may not import what stands above them.
        from firmament.kernel.jobs import registry
        from firmament.kernel.ledger.record import watch_entries
        from firmament.kernel.policies import checks, kernel_powers, words
        from firmament.kernel.policies.decide import note_uses_of_entry, resolve_visibility
        from firmament.kernel.policies.open_models import declare_open_models
        from firmament.kernel.policies.reauthorize import actor_of_run, note_refusal
        from firmament.kernel.tenancy.models import set_visibility

        # Every process knows the words of every code (`ledger.words`), whatever else it reads.
        assert checks and kernel_powers and words
        declare_open_models()
        # Every process knows every power: an unknown one is an error and not a refusal.
        autodiscover_modules("policies")
        set_visibility(resolve_visibility)
        watch_entries(note_uses_of_entry)
        registry.actor_loader = actor_of_run
        registry.on_refused = note_refusal
