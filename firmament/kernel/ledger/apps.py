from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class LedgerConfig(AppConfig):
    name = "firmament.kernel.ledger"
    label = "ledger"

    def ready(self) -> None:
        # Both floors below ask the ledger through a hook: they may not import what stands above them.
        from firmament.kernel.jobs import registry
        from firmament.kernel.jobs.models import JobRun
        from firmament.kernel.ledger import checks
        from firmament.kernel.ledger.events import event_class
        from firmament.kernel.ledger.evidence import rules
        from firmament.kernel.ledger.kernel_events import CrossFirmWorkDone, JobFailed
        from firmament.kernel.ledger.record import load_event, record
        from firmament.kernel.tenancy.actor import Actor
        from firmament.kernel.tenancy.evidence_rules import set_evidence_rules
        from firmament.kernel.tenancy.transaction import witness_cross_firm_work

        def witness(reason: str) -> None:
            record(Actor.system("tenancy.each_firm"), CrossFirmWorkDone(reason=reason))

        def bury(run: JobRun) -> None:
            record(Actor.system(run.code), JobFailed(run_id=run.pk, job=run.code, reason=run.error_class))

        registry.event_loader = load_event
        registry.event_known = lambda code: event_class(code) is not None
        registry.on_dead = bury
        witness_cross_firm_work(witness)
        assert checks
        autodiscover_modules("evidence")
        set_evidence_rules(rules)
