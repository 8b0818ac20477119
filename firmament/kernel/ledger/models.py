"""The audit trail. The application may add to it and read it, nothing else."""

from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category
from firmament.kernel.ledger.fields import TransactionId, TransactionStart
from firmament.kernel.ledger.kinds import labels_of
from firmament.kernel.tenancy.actor import Domain
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import APPEND_ONLY, NUMBERED, REFUSE_CHANGE, TOLD, Trigger

# What kind of entry it is, and by which door it came: a firm knows a few hundred such cells, however long its trail is.
CELL = ("category", "code", "domain")
# Each target gets its line for searching, whoever writes it (migration 0007).
LINED = Trigger(name="line", when="AFTER INSERT", function="ledger_keep_line")


class EntryQuerySet(FirmQuerySet):
    """Entries, newest first where it matters."""

    def about(self, kind: str, object_id: UUID) -> "EntryQuerySet":
        """Those that name this object among their targets."""
        return self.filter(
            pk__in=EntryTarget.objects.filter(kind__in=labels_of(kind), object_id=object_id).values(
                "entry_id"
            )
        )


class Entry(FirmModel):
    """One line: who, what, on what, when. It is the audit row and, with its jobs, the outbox.

    `payload` holds the event's fields as JSON. A personal field is there only as a commitment,
    HMAC-SHA-256(salt, value); value and salt stand in `PersonalValue`, which can be erased without
    making any proof about this row fail. `transaction_id` and `transaction_at` are PostgreSQL's own word for the
    transaction it was written in, which no caller chooses; the changes of regulated rows carry the same pair. The
    number alone would not do: a database brought back from a dump counts from the beginning again.
    """

    view_power = "audit.view"
    append_only: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (NUMBERED,)

    code = models.CharField(max_length=80)
    category = models.CharField(max_length=16, choices=Category)
    occurred_at = models.DateTimeField()
    domain = models.CharField(max_length=8, choices=[(d.value, d.value) for d in Domain])
    user_id = models.UUIDField(null=True)
    membership_id = models.UUIDField(null=True)
    token_id = models.UUIDField(null=True)
    job = models.CharField(max_length=80, blank=True)
    roles = models.JSONField(default=list)
    request_id = models.CharField(max_length=64, blank=True)
    payload = models.JSONField(default=dict)
    transaction_id = models.BigIntegerField(null=True, editable=False, db_default=TransactionId())
    transaction_at = models.DateTimeField(null=True, editable=False, db_default=TransactionStart())

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["firm", "-occurred_at", "-id"], name="entry_newest"),
            models.Index(fields=["firm", "code", "-occurred_at"], name="entry_code"),
            models.Index(fields=["firm", "user_id", "-occurred_at"], name="entry_user"),
            # With the code in its key: whether a change was told is asked of each, also where one step changed thousands.
            models.Index(
                fields=["firm", "transaction_id", "code"], include=["transaction_at"], name="entry_told"
            ),
            # Whatever the search of the trail is narrowed by, one of these leads to its newest rows (`ledger.search`).
            models.Index(fields=["firm", *CELL, "-occurred_at", "-id"], name="entry_cell"),
            models.Index(fields=["firm", "user_id", *CELL, "-occurred_at", "-id"], name="entry_user_cell"),
            models.Index(
                fields=["firm", "token_id", *CELL, "-occurred_at", "-id"],
                name="entry_token_cell",
                condition=Q(token_id__isnull=False),
            ),
            models.Index(fields=["firm", "request_id"], name="entry_request", condition=Q(request_id__gt="")),
        ]

    def __str__(self) -> str:
        return self.code


class EntryTarget(FirmModel):
    """What an entry is about; a timeline is a look-up here."""

    append_only: ClassVar[bool] = True
    triggers: ClassVar[tuple[Trigger, ...]] = (LINED,)

    entry = FirmForeignKey(Entry, on_delete=models.PROTECT)
    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["firm", "kind", "object_id", "-occurred_at"], name="entrytarget_timeline"),
            models.Index(fields=["firm", "kind", "-occurred_at"], name="entrytarget_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class TargetLine(FirmModel):
    """A target with what its entry says of what, by which door and by whom: what searching for a thing reads.

    Beside `EntryTarget`, because that one may not be rewritten and says only which entry. A trigger writes it with each
    target, so none can be forgotten; a thing that an entry names twice has one line. Nothing is proven of it: it is
    made from rows that are.
    """

    append_only: ClassVar[bool] = True

    entry_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    object_id = models.UUIDField()
    category = models.CharField(max_length=16)
    code = models.CharField(max_length=80)
    domain = models.CharField(max_length=8)
    user_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["firm", "object_id", *CELL, "-occurred_at", "-entry_id"], name="targetline_cell"
            ),
            models.Index(
                fields=["firm", "object_id", "user_id", *CELL, "-occurred_at", "-entry_id"],
                name="targetline_user_cell",
                condition=Q(user_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class PersonalValue(FirmModel):
    """The value behind a commitment. Erasing it is deleting this row, and the ledger still verifies."""

    entry = FirmForeignKey(Entry, on_delete=models.PROTECT)
    field = models.CharField(max_length=40)
    salt = models.BinaryField(max_length=32)
    value = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "entry", "field"], name="personalvalue_one_per_field"),
        ]

    def __str__(self) -> str:
        return self.field


class RowChangeQuerySet(FirmQuerySet):
    """Changes of regulated rows."""

    def beside(self, entry: Entry) -> Self:
        """Those made in the transaction that wrote the entry; none where it is older than the keeping of rows."""
        if entry.transaction_id is None:
            return self.none()
        return self.filter(transaction_id=entry.transaction_id, occurred_at=entry.transaction_at)

    def untold(self) -> Self:
        """Those that no event of their transaction told of, as the rooms declared it at that time.

        The database refuses them to the application. What is here was done by a hand on the database or by a migration.
        """
        return self.filter(Exists(UntoldChange.objects.filter(change_id=OuterRef("pk"))))


class RowChange(FirmModel):
    """One row of a regulated table was inserted, changed or deleted: through the product, by hand, or by a migration.

    Triggers write it and nobody else may. `session_role` is whom the connection signed in as, `acting_role` whom it
    had made itself since. `commitment` is HMAC-SHA-256(salt, value) of what stood there before and after; that value
    and its salt stand in `RowValue`, which can be erased. `client_id` and `engagement_id` are the row's own, where its
    table has such columns.
    """

    class Operation(models.TextChoices):
        INSERT = "insert", _("Added")
        UPDATE = "update", _("Changed")
        DELETE = "delete", _("Deleted")

    view_power = "audit.view"
    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "engagement_id"
    append_only: ClassVar[bool] = True
    app_may: ClassVar[frozenset[str] | None] = frozenset({"SELECT"})
    triggers: ClassVar[tuple[Trigger, ...]] = (NUMBERED, TOLD)

    occurred_at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    of_table = models.CharField(max_length=63)
    row_id = models.UUIDField()
    operation = models.CharField(max_length=6, choices=Operation)
    columns = ArrayField(models.CharField(max_length=63))
    client_id = models.UUIDField(null=True)
    engagement_id = models.UUIDField(null=True)
    session_role = models.CharField(max_length=63)
    acting_role = models.CharField(max_length=63)
    application = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    commitment = models.CharField(max_length=64)

    objects: ClassVar = RowChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["firm", "transaction_id"], name="rowchange_transaction"),
            models.Index(fields=["firm", "row_id", "-occurred_at"], name="rowchange_row"),
            models.Index(fields=["firm", "-occurred_at", "-id"], name="rowchange_newest"),
            models.Index(
                fields=["firm", "client_id"], name="rowchange_client", condition=Q(client_id__isnull=False)
            ),
            models.Index(
                fields=["firm", "engagement_id"],
                name="rowchange_engagement",
                condition=Q(engagement_id__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(operation__in=["insert", "update", "delete"]), name="rowchange_operation_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.of_table} {self.row_id}"


class UntoldChange(FirmModel):
    """A change that no event of its transaction told of, as the trigger found at the commit; what the application did
    untold is not committed at all. `columns` are the parts that nobody told of; "" stands for the whole row.

    Kept, so that finding the few among millions looks at no change twice. Nothing is proven of it: the function
    `ledger_untold` tells the same of any change again.
    """

    append_only: ClassVar[bool] = True
    app_may: ClassVar[frozenset[str] | None] = frozenset({"SELECT"})

    change = FirmForeignKey(RowChange, on_delete=models.PROTECT)
    columns = ArrayField(models.CharField(max_length=63))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "change"], name="untoldchange_once")]

    def __str__(self) -> str:
        return str(self.change_id)


class RowValue(FirmModel):
    """What a change's commitment stands for: `{"before": {column: text}, "after": {column: text}}`, or null for one.

    Columns are as PostgreSQL's `to_jsonb` writes them, each as text. Erasing is deleting this row.
    """

    app_may: ClassVar[frozenset[str] | None] = frozenset({"SELECT", "DELETE"})
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(name="no_update", when="BEFORE UPDATE", function=REFUSE_CHANGE),
        APPEND_ONLY[1],
    )

    change = FirmForeignKey(RowChange, on_delete=models.PROTECT)
    salt = models.BinaryField(max_length=32)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "change"], name="rowvalue_one_per_change")]

    def __str__(self) -> str:
        return str(self.change_id)
