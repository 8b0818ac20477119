"""What is kept for clients until it is done."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.validators import validate_not_blank, validate_text
from firmament.kernel.web.links import link


class SampleThingQuerySet(FirmQuerySet):
    """Sample things, in the words people use of them."""

    def open(self) -> Self:
        """Not done yet."""
        return self.filter(state=SampleThing.State.OPEN)

    def overdue(self, *, on: date) -> Self:
        """Open, and its day has passed."""
        return self.open().filter(due_on__lt=on)


class SampleThing(FirmModel):
    """A sample thing of one client. `found_late_at` is when its day was found to have passed; a new day clears it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")

    view_power = "sample_things.view"
    client_path = "client_id"

    client = FirmForeignKey("clients.Client", on_delete=models.PROTECT)
    title = models.CharField(_("Title"), max_length=200, validators=[validate_text, validate_not_blank])
    note = models.TextField(_("Note"), max_length=4000, blank=True, validators=[validate_text])
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    state = models.CharField(_("State"), max_length=4, choices=State, default=State.OPEN, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    found_late_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = SampleThingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "done"]), name="sample_thing_state_known"),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="sample_thing_has_a_title"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | Q(state="open", done_at__isnull=True),
                name="sample_thing_done_has_a_time",
            ),
        ]
        # With the client beside the time, a report counts without leaving the index.
        indexes = [
            models.Index(fields=["firm", "state", "due_on"], name="sample_thing_due"),
            models.Index(fields=["firm", "created_at"], include=["client"], name="sample_thing_made"),
            models.Index(fields=["firm", "done_at"], include=["client"], name="sample_thing_done"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return link("sample_things:sample_thing", pk=self.pk)

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE
