"""Every component on pages like real ones, for the tests and for looking at (`scripts/preview_ui.py`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.template import Context, RequestContext, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django_cotton.compiler_regex import CottonCompiler

from firmament.ui.shapes import (
    Chart,
    ChartCell,
    ChartKind,
    ChartRow,
    Column,
    Crumb,
    DiffLine,
    FilterChip,
    Paging,
    Step,
    Tab,
)
from firmament.ui.shell import (
    AccountChoice,
    Brand,
    Face,
    FirmChoice,
    MenuItem,
    MenuSection,
    PersonBadge,
    Shell,
    Toast,
)

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
HERE = Path(__file__).parent
TONES = ("neutral", "info", "waiting", "warning", "danger", "success", "done")
FAULTS = ("400", "403", "404", "413", "429", "500", "503")


def chart(kind: ChartKind, names: tuple[str, ...], rows: dict[str, tuple[int, ...]]) -> Chart:
    """A chart of these numbers."""
    return Chart(
        key=f"example-{kind}",
        kind=kind,
        title="Half of what was asked for came in",
        label=f"Documents by week ({kind})",
        unit="documents",
        axis="Week",
        names=names,
        rows=tuple(
            ChartRow(
                label=label, cells=tuple(ChartCell(value=str(n), words=str(n), url=f"/rows/{n}") for n in row)
            )
            for label, row in rows.items()
        ),
    )


WEEKS = {"2 Mar": (12, 6), "9 Mar": (8, 7), "16 Mar": (15, 4)}


@dataclass(frozen=True, kw_only=True)
class Line:
    name: str
    kind: str
    tone: str
    status: str
    owner: str
    due: datetime
    open: int
    seen: datetime


@dataclass(frozen=True, kw_only=True)
class Change:
    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Activity:
    at: datetime
    who: str
    who_domain: str
    sentence: str
    changes: tuple[Change, ...] = ()


class ClientForm(forms.Form):
    name = forms.CharField(help_text="As it stands on invoices.")
    kind = forms.ChoiceField(
        choices=[("org", "Organisation"), ("person", "Person")], widget=forms.RadioSelect, initial="org"
    )
    email = forms.EmailField(required=False)
    owner = forms.ChoiceField(choices=[("ada", "Ada Vale"), ("bob", "Bob Harbor")])
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    services = forms.MultipleChoiceField(
        choices=[("tax", "Tax"), ("audit", "Audit"), ("payroll", "Payroll")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    letter = forms.FileField(required=False, help_text="PDF, up to 25 MB.")
    notes = forms.CharField(required=False, widget=forms.Textarea)
    reminders = forms.BooleanField(
        required=False, label="Send reminders by mail", help_text="Two before, one after."
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)


class RequestForm(forms.Form):
    what = forms.CharField(label="Name of the request")
    due = forms.DateField(label="Due", widget=forms.DateInput(attrs={"type": "date"}))


class LetterForm(forms.Form):
    title = forms.CharField()
    client = forms.ChoiceField(choices=[("m", "Marlowe Shipping")])
    letter = forms.CharField(
        max_length=300,
        required=False,
        widget=forms.Textarea(
            attrs={
                "data-picker": "/texts",
                "data-picker-context": "channel=email",
                "data-picker-with": "client=client",
            }
        ),
    )


class SignInForm(forms.Form):
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))


def workspace() -> Shell:
    item = MenuItem
    return Shell(
        face=Face.WORKSPACE,
        brand=Brand(name="Harbor & Vale"),
        home_url="/w/harbor/",
        person=PersonBadge(name="Ada Vale", email="ada@harbor.example", title="Partner"),
        firms=(
            FirmChoice(name="Harbor & Vale", url="/w/harbor/", current=True),
            FirmChoice(name="Globex Law", url="/w/globex/"),
        ),
        sections=(
            MenuSection(
                label="",
                items=(
                    item(label="Home", url="/w/harbor/", icon="home", shortcut="g h"),
                    item(label="Clients", url="/clients", icon="building", active=True, shortcut="g c"),
                ),
            ),
            MenuSection(
                label="Work",
                items=(
                    item(label="Documents", url="/documents", icon="files", badge="7", shortcut="g d"),
                    item(label="Engagements", url="/engagements", icon="briefcase"),
                ),
            ),
            MenuSection(
                label="Administration",
                items=(
                    item(label="People", url="/people", icon="users"),
                    item(label="Roles", url="/roles", icon="shield-half"),
                    item(label="Walls", url="/walls", icon="wall"),
                    item(label="Audit", url="/audit", icon="history"),
                    item(label="Settings", url="/settings", icon="settings"),
                ),
            ),
        ),
        new_items=(
            item(label="Client", url="/clients/new", icon="building", shortcut="n c"),
            item(label="Document request", url="/requests/new", icon="files", shortcut="n d"),
        ),
        profile_url="/profile",
        sign_out_url="/out",
        theme_url="/theme",
        request_id="01JQ8Z7M4T",
    )


def portal() -> Shell:
    return Shell(
        face=Face.PORTAL,
        brand=Brand(name="Harbor & Vale", palette="teal", own=True),
        home_url="/portal/harbor/",
        person=PersonBadge(name="Carla Marlowe", email="carla@marlowe.example", title="Marlowe Shipping"),
        accounts=(
            AccountChoice(name="All accounts", value=""),
            AccountChoice(name="Marlowe Shipping", value="a", current=True),
            AccountChoice(name="Marlowe Family Trust", value="b"),
        ),
        account_url="/account",
        sections=(
            MenuSection(
                label="",
                items=(
                    MenuItem(label="Home", url="/portal/harbor/", icon="home", active=True),
                    MenuItem(label="Documents", url="/portal/harbor/documents", icon="files", badge="2"),
                    MenuItem(label="Profile", url="/portal/harbor/profile", icon="user-circle"),
                ),
            ),
        ),
        profile_url="/profile",
        sign_out_url="/out",
        request_id="01JQ8Z7M4T",
    )


def public() -> Shell:
    return Shell(face=Face.PUBLIC, request_id="01JQ8Z7M4T")


def _lines() -> list[Line]:
    names = [
        ("Marlowe Shipping Ltd", "Organisation", "danger", "1 document late"),
        ("Quill & Sons", "Organisation", "waiting", "Waiting on client since Tuesday"),
        ("Dr. Ines Ferreira", "Person", "info", "2 to check"),
        (
            "Bright Harbour Foundation for the Preservation of Lighthouses",
            "Organisation",
            "done",
            "Nothing open",
        ),
        ("Okafor Architects", "Organisation", "warning", "Due tomorrow"),
        ("Łukasz Żółtowski", "Person", "neutral", "Draft"),
        ("North Pier Fisheries", "Organisation", "success", "Complete"),
        ("Tanaka Robotics KK", "Organisation", "waiting", "Waiting on client since 3 Mar"),
    ]
    owners = ("Ada Vale", "Bob Harbor", "Mei Lin", "Sam Osei")
    return [
        Line(
            name=name,
            kind=kind,
            tone=tone,
            status=status,
            owner=owners[index % 4],
            due=NOW + timedelta(days=index * 2 - 2),
            open=index * 3,
            seen=NOW - timedelta(hours=index * 7),
        )
        for index, (name, kind, tone, status) in enumerate(names)
    ]


def _activity() -> list[Activity]:
    ago = timedelta
    return [
        Activity(
            at=NOW - ago(minutes=4), who="Ada Vale", who_domain="staff", sentence="accepted “Payroll summary”"
        ),
        Activity(
            at=NOW - ago(hours=3),
            who="Bob Harbor",
            who_domain="staff",
            sentence="changed the client",
            changes=(
                Change(field="Owner", before="Bob Harbor", after="Ada Vale"),
                Change(field="Tax number", before="", after="DE 811 907 980"),
            ),
        ),
        Activity(
            at=NOW - ago(days=1, hours=2),
            who="",
            who_domain="system",
            sentence="sent a reminder to Carla Marlowe",
        ),
        Activity(
            at=NOW - ago(days=9),
            who="Carla Marlowe",
            who_domain="client",
            sentence="sent “statement-march.pdf”",
        ),
    ]


def context() -> dict[str, Any]:
    """Everything the gallery's pages draw."""
    return {
        "charts": [
            chart("line", ("Asked for", "Handed in"), WEEKS),
            chart("bar", ("Asked for", "Handed in"), WEEKS),
            chart("stacked", ("Asked for", "Handed in"), WEEKS),
            chart("ranked", ("Late requests",), {"Quill & Sons": (9,), "Otter Ltd": (4,), "Grebe Ltd": (1,)}),
            chart("heat", ("Mon", "Tue", "Wed"), {"9:00": (3, 5, 0), "10:00": (8, 2, 1)}),
        ],
        "tabs": [
            Tab(label="All", url="/clients", active=True, count="120"),
            Tab(label="Waiting", url="/clients?w=1", count="14"),
            Tab(label="Archived", url="/clients?a=1"),
        ],
        "crumbs": [Crumb(label="Clients", url="/clients")],
        "chips": [FilterChip(label="Owner", value="Ada Vale", remove_url="/clients?x=1")],
        "owners": [("ada", "Ada Vale"), ("bob", "Bob Harbor")],
        "states": [("active", "Active"), ("archived", "Archived")],
        "columns": [
            Column(label="Client", sort_url="?sort=-name", direction="ascending"),
            Column(label="State", sort_url="?sort=state"),
            Column(label="Owner", priority=2),
            Column(label="Next date", sort_url="?sort=due", priority=3),
            Column(label="Open", numeric=True, priority=3),
            Column(label="Last seen", priority=2),
            Column(label="Actions", hidden_label=True),
        ],
        "rows": _lines(),
        "paging": Paging(next_url="?after=abc", words="1–8 of 120"),
        "activity": _activity(),
        "note": "Prefers **mail** over phone.\n\n- Year ends in *April*\n- [Register](https://example.org)\n\n> Ask Tom first.",
        "diff": [
            DiffLine(kind="gap", text="12 lines unchanged"),
            DiffLine(kind="removed", text="The fee is €3,900 a year."),
            DiffLine(kind="added", text="The fee is €4,200 a year."),
            DiffLine(kind="kept", text="Payable in four parts."),
        ],
        "since": NOW.replace(year=2023),
        "fee": Decimal("4200.50"),
        "tones": TONES,
        "form": ClientForm({"name": "", "kind": "org", "email": "not an address", "owner": "ada"}),
        "letter_form": LetterForm(),
        "small_form": RequestForm(prefix="ask"),
        "login_form": SignInForm(prefix="in"),
        "steps": [
            Step(title="We agree on the work", state="done"),
            Step(title="You send us what we need", about="2 of 4 are here", state="current", url="#"),
            Step(title="We prepare your accounts", about="About two weeks"),
            Step(title="You sign"),
        ],
    }


def source(name: str) -> Template:
    """A gallery page as a template; not in a template directory, so that it ships with nothing."""
    return Template(CottonCompiler().process((HERE / f"{name}.html").read_text()))


def _toasted(shell: Shell) -> Shell:
    return replace(shell, toasts=(Toast(text="Quill & Sons was archived.", undo_url="/undo"),))


SHELLS: dict[str, Callable[[], Shell]] = {
    "list": lambda: _toasted(workspace()),
    "detail": workspace,
    "form": workspace,
    "empty": workspace,
    "picker": workspace,
    "charts": workspace,
    "portal": portal,
    "upload": portal,
    "sign_in": public,
}


def page(name: str, *, theme: str = "auto") -> str:
    """A gallery page, or the error page of that number, as HTML."""
    request = RequestFactory().get("/preview")
    if name in FAULTS:
        shell = replace(public(), theme=theme, home_url="/w/harbor/")
        return get_template(f"ui/errors/{name}.html").render({"shell": shell}, request)
    values = {**context(), "shell": replace(SHELLS[name](), theme=theme)}
    template = source(name)
    made: Context = RequestContext(request, values)
    return template.render(made)
