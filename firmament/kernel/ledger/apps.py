from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "firmament.kernel.ledger"
    label = "ledger"
