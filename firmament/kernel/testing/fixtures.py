"""The fixtures every test may ask for.

A test runs inside one transaction that is rolled back. Asking for a person of a firm (`alice`) opens that
firm's transaction around the test; `in_firm(globex)` steps into another for a block.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.safestring import SafeString

from firmament.kernel.identity.models import User
from firmament.kernel.jobs.models import JobRun
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.authority import roles_of
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.kernel.tenancy.transaction import current_firm_id, firm_transaction
from firmament.kernel.testing.jobs import run_all_queued


@pytest.fixture(scope="session", autouse=True)
def templates_unwatched(django_test_environment: None) -> None:
    """Draw pages as they are drawn for people.

    The test environment copies the context of each template that is drawn, down to the last button, so that it can be
    looked at as `response.context`; that takes a third of a page's time, and a test looks at the page.
    """
    Template._render = drawn  # type: ignore[attr-defined]


def drawn(template: Template, context: Context) -> SafeString:
    """What `Template._render` does outside of tests."""
    return template.nodelist.render(context)


@pytest.fixture
def acme(db: None) -> Iterator[Firm]:
    """Acme; the test runs inside its firm transaction."""
    firm = Firm.objects.get(slug="acme")
    with firm_transaction(firm.pk):
        yield firm


@pytest.fixture
def globex(db: None) -> Firm:
    """The other firm; step into it with `in_firm`."""
    return Firm.objects.get(slug="globex")


@pytest.fixture
def in_firm() -> Callable[[Firm], AbstractContextManager[None]]:
    """`with in_firm(globex): …`"""

    def step_into(firm: Firm) -> AbstractContextManager[None]:
        return firm_transaction(firm.pk)

    return step_into


def staff_actor(email: str) -> Actor:
    """The staff actor of the firm at hand."""
    membership = Membership.objects.select_related("user").get(user__email=email)
    return Actor.of_staff(membership, roles=roles_of(membership.pk))


@pytest.fixture
def ada(acme: Firm) -> Actor:
    """Acme's firm admin."""
    return staff_actor("ada@acme.example")


@pytest.fixture
def alice(acme: Firm) -> Actor:
    """A partner of Acme."""
    return staff_actor("alice@acme.example")


@pytest.fixture
def bob(acme: Firm) -> Actor:
    """Staff of Acme, with little power."""
    return staff_actor("bob@acme.example")


@pytest.fixture
def carla(acme: Firm) -> Actor:
    """A client of Acme: the one whom the clients room furnished."""
    return Actor.of_client(User.objects.get(email="carla@client.example"), acme.pk)


@pytest.fixture
def gina(globex: Firm) -> Actor:
    """A partner of Globex; use inside `in_firm(globex)`."""
    with firm_transaction(globex.pk):
        return staff_actor("gina@globex.example")


def browser_of(email: str) -> Client:
    """A browser without JavaScript, signed in."""
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


@pytest.fixture
def ada_browser(acme: Firm) -> Client:
    return browser_of("ada@acme.example")


@pytest.fixture
def alice_browser(acme: Firm) -> Client:
    return browser_of("alice@acme.example")


@pytest.fixture
def bob_browser(acme: Firm) -> Client:
    return browser_of("bob@acme.example")


@pytest.fixture
def carla_browser(acme: Firm) -> Client:
    return browser_of("carla@client.example")


@pytest.fixture
def gina_browser(globex: Firm) -> Client:
    return browser_of("gina@globex.example")


@dataclass
class LedgerView:
    """What was recorded in the firm at hand since the test began."""

    start: set[UUID] = field(default_factory=set)

    def entries(self) -> list[Entry]:
        return [entry for entry in Entry.objects.order_by("occurred_at", "id") if entry.pk not in self.start]

    def codes(self) -> list[str]:
        return [entry.code for entry in self.entries()]

    def forget(self) -> None:
        """Look only at what comes after this."""
        self.start = set(Entry.objects.values_list("pk", flat=True))


@pytest.fixture
def ledger(acme: Firm) -> LedgerView:
    view = LedgerView()
    view.forget()
    return view


@pytest.fixture
def run_jobs(acme: Firm) -> Callable[[], int]:
    """Run what is queued in the firm at hand, and what follows from it, until nothing is left."""
    current_firm_id()
    return run_all_queued


@pytest.fixture
def queued(acme: Firm) -> Callable[[], list[str]]:
    """The codes of the jobs that wait."""

    def codes() -> list[str]:
        return list(
            JobRun.objects.filter(state="queued").order_by("created_at", "id").values_list("code", flat=True)
        )

    return codes


class Queries(CaptureQueriesContext):
    """Statements that ask or change data; savepoints and settings are not counted."""

    SKIP = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET ", "SELECT set_config", "BEGIN", "COMMIT")

    @property
    def statements(self) -> list[str]:
        return [q["sql"] for q in self.captured_queries if not q["sql"].startswith(self.SKIP)]

    @property
    def count(self) -> int:
        return len(self.statements)


@pytest.fixture
def queries() -> Callable[[], Queries]:
    """`with queries() as budget: …; assert budget.count <= 8`"""
    return lambda: Queries(connection)


@pytest.fixture
def cases() -> Callable[[str], Path]:
    """The path of a folder of cases beside the project; skips where it is absent."""

    def find(folder: str) -> Path:
        path = Path(__file__).resolve().parents[3].parent / "shared" / "cases" / folder
        if not path.is_dir():
            pytest.skip(f"the cases in {folder} are not here")
        return path

    return find
