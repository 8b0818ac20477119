"""Operators of the installation, and their sessions in firms. What a session may become is held by a trigger.

`Session` is a firm's own: its register. `Operator` and `SessionLookup` belong to no firm: before a firm is set, it must
be known whether somebody is an operator, and where they have sessions.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.tenancy.models import Firm, FirmForeignKey, FirmModel, FirmQuerySet, Membership
from firmament.kernel.tenancy.triggers import REFUSE_CHANGE, Trigger
from firmament.kernel.tenancy.validators import validate_text
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

LONGEST = timedelta(hours=4)
LONGEST_MINUTES = 240
SHORTEST_MINUTES = 5
REASON_LENGTH = 20


class State(models.TextChoices):
    """Requested → approved → open → closed → reviewed; an emergency begins open; what never opened is closed at most."""

    REQUESTED = "requested", _("Waiting for a second person")
    APPROVED = "approved", _("Approved, not begun")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")
    REVIEWED = "reviewed", _("Reviewed")


class Closed(models.TextChoices):
    """How a session ended, or why it never began."""

    HAND = "hand", _("By the operator")
    TIME = "time", _("Its time was up")
    FIRM = "firm", _("By the firm")
    WITHDRAWN = "withdrawn", _("Withdrawn before it began")
    REFUSED = "refused", _("Refused by a second operator")
    LAPSED = "lapsed", _("Not begun within a day")


class Verdict(models.TextChoices):
    """What whoever looked the session over thinks of it."""

    JUSTIFIED = "justified", _("Justified")
    TOO_WIDE = "too_wide", _("More was read than the reason called for")
    UNJUSTIFIED = "unjustified", _("Not justified")


BEGUN_ENDS = (Closed.HAND, Closed.TIME, Closed.FIRM)
UNBEGUN_ENDS = (Closed.WITHDRAWN, Closed.REFUSED, Closed.LAPSED, Closed.FIRM)
LIVE = (State.REQUESTED, State.APPROVED, State.OPEN)


class Operator(models.Model):
    """A person who runs the installation. Belongs to no firm: triggers keep either from becoming the other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.user)


class SessionQuerySet(FirmQuerySet):
    """Sessions in the firm at hand."""

    def open_at(self, at: datetime) -> Self:
        """Those that open the firm at this instant. One ends at its end, not after it."""
        return self.filter(state=State.OPEN, ends_at__gt=at)


class Session(FirmModel):
    """One operator's look into this firm.

    `minutes` is what was asked for; `ends_at` is `opened_at` and so many minutes more. `emergency`: opened by the
    operator alone, to be looked over afterwards. Who closed it is an operator, a member of the firm, or nobody (time).
    """

    view_power = "breakglass.view_register"
    row_history: ClassVar[bool] = True
    app_may: ClassVar[frozenset[str] | None] = frozenset({"SELECT", "INSERT", "UPDATE"})
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="session_rules",
            when="BEFORE INSERT OR UPDATE",
            function="breakglass_session_rules",
            always=True,
        ),
        Trigger(
            name="session_lookup",
            when="AFTER INSERT OR UPDATE",
            function="breakglass_keep_lookup",
            always=True,
        ),
        Trigger(name="session_stays", when="BEFORE DELETE", function=REFUSE_CHANGE, always=True),
        Trigger(
            name="session_no_truncate",
            when="BEFORE TRUNCATE",
            function=REFUSE_CHANGE,
            each="STATEMENT",
            always=True,
        ),
    )

    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("Reason"), max_length=2000, validators=[validate_text])
    ticket = models.CharField(_("Ticket"), max_length=80, validators=[validate_text])
    minutes = models.PositiveSmallIntegerField(_("For how many minutes"))
    emergency = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_how = models.CharField(max_length=10, choices=Closed, blank=True)
    closed_by_operator = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    closed_by_member = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Operator, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=12, choices=Verdict, blank=True)
    note = models.TextField(_("Note"), max_length=2000, blank=True, validators=[validate_text])

    objects: ClassVar = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="session_state_known"),
            models.CheckConstraint(
                # As many characters from the first that shows to the last.
                condition=Q(reason__regex=rf"\S.{{{REASON_LENGTH - 2},}}\S"),
                name="session_has_a_reason",
                violation_error_message=_("Say in a sentence why you must look (20 characters at least)."),
            ),
            models.CheckConstraint(
                condition=Q(ticket__regex=r"\S"),
                name="session_has_a_ticket",
                violation_error_message=_("Name the ticket that this is about."),
            ),
            models.CheckConstraint(
                condition=Q(minutes__gte=SHORTEST_MINUTES, minutes__lte=LONGEST_MINUTES),
                name="session_four_hours_at_most",
                violation_error_message=_("From 5 minutes to 4 hours."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__lte=F("opened_at") + LONGEST),
                name="session_ends_within_four_hours",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("operator")),
                name="session_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("operator")),
                name="session_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, emergency=False),
                name="session_approval_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, ends_at__isnull=True)
                | (
                    Q(opened_at__isnull=False, ends_at__gt=F("opened_at"))
                    & (Q(emergency=True) | Q(approved_by__isnull=False))
                ),
                name="session_opens_approved_or_in_an_emergency",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="requested",
                    approved_at__isnull=True,
                    opened_at__isnull=True,
                    closed_at__isnull=True,
                    reviewed_at__isnull=True,
                )
                | Q(
                    state="approved",
                    approved_at__isnull=False,
                    opened_at__isnull=True,
                    closed_at__isnull=True,
                    reviewed_at__isnull=True,
                )
                | Q(state="open", opened_at__isnull=False, closed_at__isnull=True, reviewed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False, reviewed_at__isnull=True)
                | Q(
                    state="reviewed",
                    opened_at__isnull=False,
                    closed_at__isnull=False,
                    reviewed_at__isnull=False,
                ),
                name="session_state_fits",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_how="")
                | Q(closed_at__isnull=False, opened_at__isnull=False, closed_how__in=BEGUN_ENDS)
                | Q(closed_at__isnull=False, opened_at__isnull=True, closed_how__in=UNBEGUN_ENDS),
                name="session_says_how_it_ended",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True)
                | Q(opened_at__isnull=True)
                | Q(closed_at__gte=F("opened_at"), closed_at__lte=F("ends_at")),
                name="session_ends_by_its_end",
            ),
            models.CheckConstraint(
                condition=Q(
                    closed_how__in=["", "time", "lapsed"],
                    closed_by_operator__isnull=True,
                    closed_by_member__isnull=True,
                )
                | Q(
                    closed_how__in=["hand", "withdrawn"],
                    closed_by_operator=F("operator"),
                    closed_by_member__isnull=True,
                )
                | (
                    Q(closed_how="refused", closed_by_operator__isnull=False, closed_by_member__isnull=True)
                    & ~Q(closed_by_operator=F("operator"))
                )
                | Q(closed_how="firm", closed_by_operator__isnull=True, closed_by_member__isnull=False),
                name="session_says_who_ended_it",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, verdict="", note="")
                | Q(
                    reviewed_at__isnull=False,
                    reviewed_by__isnull=False,
                    verdict__in=Verdict.values,
                    note__regex=r"\S",
                ),
                name="session_review_is_whole",
            ),
            models.UniqueConstraint(
                fields=["firm", "operator"],
                condition=Q(state__in=LIVE),
                name="session_one_of_an_operator",
                violation_error_message=_("You have a session in this firm already. Close it first."),
            ),
        ]
        indexes = [models.Index(fields=["firm", "-requested_at", "-id"], name="session_newest")]

    def __str__(self) -> str:
        return self.ticket

    @property
    def read_until(self) -> datetime | None:
        """Until when the firm stood, or stands, open; None where it never did."""
        return (self.closed_at or self.ends_at) if self.opened_at else None


class SessionLookup(models.Model):
    """Where an operator's sessions are, and which have ended: ids, states and times; written by a trigger."""

    session_id = models.UUIDField(primary_key=True)
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")
    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State)
    requested_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    begun = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(fields=["operator", "-requested_at"], name="sessionlookup_operator"),
            models.Index(fields=["state", "ends_at"], name="sessionlookup_state"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.session_id}"
