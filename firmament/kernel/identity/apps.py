from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    name = "firmament.kernel.identity"
    label = "identity"
    verbose_name = _("People and sign-in")

    def ready(self) -> None:
        # The floors below reach identity through hooks: they may not import what stands above them.
        from firmament.kernel.identity import checks, signals
        from firmament.kernel.identity.links import register_links
        from firmament.kernel.identity.tokens import carry_scopes, is_live
        from firmament.kernel.policies.reauthorize import set_token_check
        from firmament.kernel.policies.renames import carry_along

        assert checks and signals
        register_links()
        set_token_check(is_live)
        carry_along(carry_scopes)
