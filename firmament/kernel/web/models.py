"""Tables of the web floor: token buckets, imports and exports at work, and saved views of lists."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet


class Throttle(models.Model):
    """One token bucket; see `throttles`. UNLOGGED, and global: it is written before a firm is set."""

    key = models.CharField(max_length=120, primary_key=True)
    level = models.FloatField()
    allowed = models.BooleanField(default=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class Import(FirmModel):
    """A table that somebody brought, on its way into the firm's own rows. Seen by whoever brought it."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("Choosing columns")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        DISCARDED = "discarded", _("Discarded")

    view_power: ClassVar[str] = ""

    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=State, default=State.MAPPING)
    membership_id = models.UUIDField()
    file_name = models.CharField(max_length=200)
    # How the file was read, in words: its kind, its encoding, its sheet.
    reading = models.CharField(max_length=200, blank=True)
    # Which of the room's readers read it; empty: a table, whose columns were chosen.
    reader = models.CharField(max_length=40, blank=True)
    # What becomes of rows that are there already; empty: what is declared first.
    conflict = models.CharField(max_length=40, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    # The ledger entry whose job works on it now, for its progress.
    entry_id = models.UUIDField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["mapping", "checked", "running", "done", "undoing", "undone", "discarded"]
                ),
                name="import_state_known",
            )
        ]
        indexes = [models.Index(fields=["firm", "kind", "membership_id", "created_at"], name="import_mine")]

    def __str__(self) -> str:
        return self.file_name


IMPORT_ROW_STATES = ["new", "good", "wrong", "double", "skipped", "made", "refused", "undone", "kept"]


class ImportRow(FirmModel):
    """One row of it: as it came, as it was mended, and what became of it."""

    class State(models.TextChoices):
        NEW = "new", _("Not looked at")
        GOOD = "good", _("Ready")
        WRONG = "wrong", _("To be mended")
        DOUBLE = "double", _("Already there")
        SKIPPED = "skipped", _("Left out")
        MADE = "made", _("Imported")
        REFUSED = "refused", _("Refused")
        UNDONE = "undone", _("Undone")
        KEPT = "kept", _("Kept")

    view_power: ClassVar[str] = ""

    batch = FirmForeignKey(Import, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    # Values a person typed over the file's, by field.
    mended = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    errors = models.JSONField(default=dict)
    # What of it is lost though it goes in: as its reader said, and as the last look found.
    lost = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    # What the firm has already that this row says again.
    like_id = models.UUIDField(null=True, blank=True)
    like_name = models.CharField(max_length=200, blank=True)
    made_id = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    # The conflict by which it was made; empty: it was new.
    made_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "batch", "number"], name="importrow_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=IMPORT_ROW_STATES),
                name="importrow_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["made", "undone", "kept"]) | Q(made_id__isnull=False),
                name="importrow_made_knows_what",
            ),
        ]
        indexes = [models.Index(fields=["firm", "batch", "state", "number"], name="importrow_by_state")]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.number}"


class Export(FirmModel):
    """A list that somebody wants as a file and that is too long to be written while they wait.

    `path` and `query` are the address the list was asked for under; it is asked again, as the person, when the file is
    written. `reach` is what the person could see by then (`Authority.reach`): once it is another, the file is closed.
    """

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel")

    view_power: ClassVar[str] = "web.open_export"

    list_name = models.CharField(max_length=80)
    membership_id = models.UUIDField()
    format = models.CharField(max_length=4, choices=Format)
    path = models.CharField(max_length=500)
    query = models.TextField(blank=True)
    rows = models.PositiveIntegerField()
    # The ledger entry whose job writes it, for its progress.
    entry_id = models.UUIDField(null=True, blank=True)
    file = FirmForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, blank=True)
    reach = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(format__in=["csv", "xlsx"]), name="export_format_known"),
            models.CheckConstraint(
                condition=Q(file__isnull=True, reach="")
                | Q(file__isnull=False, reach__regex="^[0-9a-f]{64}$"),
                name="export_knows_for_whom_it_was_written",
            ),
        ]
        indexes = [models.Index(fields=["firm", "membership_id", "created_at"], name="export_mine")]

    def __str__(self) -> str:
        return f"{self.list_name} {self.format}"


class SavedViewQuerySet(FirmQuerySet):
    """Views as lists ask for them."""

    def standing(self) -> Self:
        """Those nobody removed."""
        return self.filter(removed_at__isnull=True)


class SavedView(FirmModel):
    """A list as somebody likes to see it: filters, columns and order under a name.

    `query` is the part of the address that asks for it, in the spelling of `saved_views.normal`. It is a question and
    no answer: the rows are asked for anew, under the powers of whoever reads.
    """

    class Sharing(models.TextChoices):
        PRIVATE = "private", _("Only its owner")
        TEAMS = "teams", _("Teams")
        FIRM = "firm", _("Everyone in the firm")

    view_power: ClassVar[str] = "web.view_saved_view"

    list_name = models.CharField(max_length=80)
    title = models.CharField(_("Name"), max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    sharing = models.CharField(_("Who sees it"), max_length=8, choices=Sharing, default=Sharing.PRIVATE)
    owner = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "list_name", "owner", "title"],
                condition=Q(removed_at__isnull=True),
                name="savedview_title_once",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(list_name=""), name="savedview_has_names"),
            models.CheckConstraint(
                condition=Q(sharing__in=["private", "teams", "firm"]), name="savedview_sharing_known"
            ),
        ]
        indexes = [models.Index(fields=["firm", "list_name", "title"], name="savedview_of_list")]

    def __str__(self) -> str:
        return self.title


class SavedViewTeam(FirmModel):
    """A view is shared with a team."""

    view = FirmForeignKey(SavedView, on_delete=models.CASCADE)
    team = FirmForeignKey("policies.Team", on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "view", "team"], name="savedviewteam_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ViewDefault(FirmModel):
    """What a list opens with, for one member or for everybody of a role. No view: with everything."""

    list_name = models.CharField(max_length=80)
    view = FirmForeignKey(SavedView, on_delete=models.CASCADE, null=True, blank=True)
    membership = FirmForeignKey("tenancy.Membership", on_delete=models.CASCADE, null=True, blank=True)
    role = FirmForeignKey("policies.Role", on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "list_name", "membership"], name="viewdefault_of_member"),
            models.UniqueConstraint(fields=["firm", "list_name", "role"], name="viewdefault_of_role"),
            models.CheckConstraint(
                condition=Q(membership__isnull=False, role__isnull=True)
                | Q(membership__isnull=True, role__isnull=False, view__isnull=False),
                name="viewdefault_is_for_one",
            ),
        ]

    def __str__(self) -> str:
        return self.list_name
