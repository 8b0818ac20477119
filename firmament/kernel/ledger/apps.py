from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "firmament.kernel.ledger"
    label = "ledger"

    def ready(self) -> None:
        # Both floors below ask the ledger through a hook: they may not import what stands above them.
        from firmament.kernel.jobs import registry
        from firmament.kernel.ledger.kernel_events import CrossFirmWorkDone
        from firmament.kernel.ledger.record import load_event, record
        from firmament.kernel.tenancy.actor import Actor
        from firmament.kernel.tenancy.transaction import witness_cross_firm_work

        def witness(reason: str) -> None:
            record(Actor.system("tenancy.each_firm"), CrossFirmWorkDone(reason=reason))

        registry.event_loader = load_event
        witness_cross_firm_work(witness)
