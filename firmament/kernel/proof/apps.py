from django.apps import AppConfig


class ProofConfig(AppConfig):
    name = "firmament.kernel.proof"
    label = "proof"

    def ready(self) -> None:
        # What of the floors below is numbered; they may not import what stands above them.
        from firmament.kernel.proof import entries, row_changes

        entries.declare()
        row_changes.declare()
