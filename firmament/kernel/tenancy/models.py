"""Firms and the people in them, and the base of every table that belongs to a firm."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, router
from django.db.models import Q
from django.db.models.base import ModelBase
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.tenancy.checking import checks_that_hold
from firmament.kernel.tenancy.fields import FirmForeignKey, UpdatedAtField
from firmament.kernel.tenancy.triggers import Trigger
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

if TYPE_CHECKING:
    from firmament.kernel.tenancy.actor import Actor

__all__ = [
    "Firm",
    "FirmAccess",
    "FirmForeignKey",
    "FirmModel",
    "FirmProfile",
    "FirmQuerySet",
    "Membership",
    "TokenLookup",
    "set_visibility",
]

_visibility: list[Callable[["Actor", type[models.Model]], Q]] = []


def set_visibility(resolver: Callable[["Actor", type[models.Model]], Q]) -> None:
    """Name who answers `visible_to` (kernel.policies, at start)."""
    _visibility[:] = [resolver]


class Firm(models.Model):
    """The tenant. In the global list stands only what is needed before a firm is set."""

    class State(models.TextChoices):
        TRIAL = "trial", _("Trial")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        CANCELED = "canceled", _("Canceled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$")])
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    timezone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=16, default="en")
    currency = models.CharField(max_length=3, default="EUR")
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["trial", "active", "suspended", "canceled"]), name="firm_state_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="firm_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FirmModelBase(ModelBase):
    """Gives every concrete firm table its UNIQUE (firm_id, id), which composite foreign keys point at."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        meta = attrs.get("Meta")
        if not getattr(meta, "abstract", False):
            label = attrs["__module__"].split(".models")[0].split(".migrations")[0].rsplit(".", 1)[-1]
            # After the table, which stays when a model moves to another room.
            table = getattr(meta, "db_table", f"{label}_{name.lower()}")
            key = models.UniqueConstraint(fields=["firm", "id"], name=f"{table}_firm_id")
            given = [*getattr(meta, "constraints", [])]
            # A base that knows what each of its tables must hold says so here; a Meta could forget to inherit it.
            inherited = [
                constraint
                for base in bases
                if issubclass(base, FirmModel)
                for constraint in base.constraints_for(table)
            ]
            for constraint in (*inherited, key):
                if all(constraint.name != other.name for other in given):
                    given.append(constraint)
            attrs["Meta"] = type("Meta", (meta,) if meta else (), {"constraints": given})
        return super().__new__(mcs, name, bases, attrs, **kwargs)


class FirmQuerySet(models.QuerySet[Any]):
    """Rows of the firm at hand: row-level security sees to that before any filter does."""

    def visible_to(self, actor: "Actor") -> Self:
        """Those rows the actor may see, by the model's `view_power`; the read gate of every entrance."""
        if not _visibility:
            raise RuntimeError("No policies are loaded; refusing to show anything.")
        return self.filter(_visibility[0](actor, self.model))

    def update(self, **kwargs: Any) -> int:
        """As Django's, and the row's version (`updated_at`) moves too."""
        kwargs.setdefault("updated_at", now())
        return super().update(**kwargs)


class FirmModel(models.Model, metaclass=FirmModelBase):
    """A row that belongs to exactly one firm.

    Declare `view_power` (the power that makes a row visible; empty: shown to nobody by itself), and
    `client_path` / `engagement_path`, the ORM paths to the client's and engagement's id, from which grants and
    ethical walls compile. `append_only`: nobody may change or delete, by grant and by trigger. `row_history`: the
    table is regulated, and whoever changes a row leaves a `ledger.RowChange`, by trigger. `app_may`: what the
    application may do with the rows, where that is not what every table allows. `named_by`: the relations that a row is
    called by (`str`), which whoever names many of them reads along. `triggers` are those that each of its tables carries; their functions come from a migration. `formerly`: labels the model had before
    ("clients.engagement"), under which the ledger still names its rows.
    """

    view_power: ClassVar[str] = ""
    client_path: ClassVar[str | None] = None
    engagement_path: ClassVar[str | None] = None
    append_only: ClassVar[bool] = False
    row_history: ClassVar[bool] = False
    app_may: ClassVar[frozenset[str] | None] = None
    triggers: ClassVar[tuple[Trigger, ...]] = ()
    formerly: ClassVar[tuple[str, ...]] = ()
    named_by: ClassVar[tuple[str, ...]] = ()

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    firm = models.ForeignKey(
        "tenancy.Firm",
        on_delete=models.PROTECT,
        related_name="+",
        default=current_firm_id,
        editable=False,
        db_index=False,
    )
    created_at = models.DateTimeField(default=now, editable=False)
    updated_at = UpdatedAtField()

    objects = FirmQuerySet.as_manager()

    class Meta:
        abstract = True

    # Names of constraints that need no question of their own, while this row is looked at.
    _settled: frozenset[str] = frozenset()

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """As Django's, with all checks in one question, and none about the key, whose id nobody else can have."""
        using = router.db_for_write(type(self), instance=self)
        key = f"{self._meta.db_table}_firm_id"
        self._settled = frozenset({key} | checks_that_hold(self, exclude, using))
        try:
            super().validate_constraints(exclude)
        finally:
            del self._settled

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """Those that Django is still to ask about."""
        return [
            (model, [one for one in constraints if one.name not in self._settled])
            for model, constraints in super().get_constraints()
        ]

    @classmethod
    def constraints_for(cls, prefix: str) -> list[models.BaseConstraint]:
        """Constraints that an abstract base lays on every table derived from it; names begin with `prefix`."""
        return []


class FirmProfile(FirmModel):
    """How the firm shows itself."""

    view_power = "firms.view_settings"

    legal_name = models.CharField(max_length=200, blank=True)
    website = models.URLField(max_length=200, blank=True)
    reply_to = models.EmailField(max_length=254, blank=True)
    brand = models.CharField(max_length=24, default="ocean")
    logo_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm"], name="firmprofile_one_per_firm")]

    def __str__(self) -> str:
        return self.legal_name


class Membership(FirmModel):
    """A person's place in a firm, as staff."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        DEACTIVATED = "deactivated", _("Deactivated")

    view_power = "firms.view_people"
    named_by = ("user",)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.ACTIVE)
    title = models.CharField(max_length=80, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "user"], name="membership_once_per_firm"),
            models.CheckConstraint(
                condition=Q(state="active", deactivated_at__isnull=True)
                | Q(state="deactivated", deactivated_at__isnull=False),
                name="membership_deactivated_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="membership_user")]

    def __str__(self) -> str:
        return str(self.user)


class FirmAccess(models.Model):
    """Which firms a person may enter, and by which door; kept by triggers, read before a firm is set."""

    class Domain(models.TextChoices):
        STAFF = "staff", _("Staff")
        CLIENT = "client", _("Client")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")
    domain = models.CharField(max_length=8, choices=Domain)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "firm", "domain"], name="firmaccess_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.domain} {self.firm_id}"


class TokenLookup(models.Model):
    """From a token's SHA-256 to its firm: what must be known before that firm's rows can be read."""

    hash = models.CharField(max_length=64, primary_key=True)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16)
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.firm_id}"
