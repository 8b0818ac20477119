"""What the tests of proof share: files of their own, and a superuser who attacks."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from firmament.kernel.proof.tests.attacks import Superuser
from firmament.kernel.tenancy.models import Firm
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.kernel.testing import cluster


@pytest.fixture(autouse=True)
def proof_home(settings: Any, tmp_path: Path) -> Path:
    """The firm's keys and leaves, for this test alone: the database forgets what the files would remember."""
    settings.PROOF_ROOT = tmp_path / "proof"
    return settings.PROOF_ROOT


@pytest.fixture
def superuser(
    django_db_setup: None, django_db_blocker: Any, settings: Any, tmp_path: Path
) -> Iterator[Superuser]:
    """Acme's firm transaction on a superuser's connection, which is the application until it attacks."""
    settings.PROOF_ROOT = tmp_path / "proof"
    before = dict(connection.settings_dict)
    with django_db_blocker.unblock():
        connection.close()
        place = cluster.EmbeddedPostgres(os.environ[cluster.HOME]).dsn(before["NAME"])
        connection.settings_dict.update(
            USER=place["user"], PASSWORD=place["password"], HOST=place["host"], PORT=place["port"]
        )
        try:
            with firm_transaction(Firm.objects.get(slug="acme").pk):
                yield Superuser()
                transaction.set_rollback(True)
        finally:
            connection.close()
            connection.settings_dict.update(before)
