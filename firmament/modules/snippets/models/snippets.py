"""What a snippet is called, who has it, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from firmament.kernel.labels.models import TaggingModel
from firmament.kernel.sharing.models import ShareModel
from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel, FirmQuerySet
from firmament.kernel.tenancy.triggers import Trigger
from firmament.kernel.tenancy.validators import validate_not_blank, validate_text
from firmament.kernel.web.links import link

# \Z, because $ would let a line end through in Python and not in PostgreSQL.
KEY = r"^[a-z0-9]+([._-][a-z0-9]+)*\Z"
SHORTCUT = r"^[a-z0-9][a-z0-9._-]*\Z"
LOCALE = r"^[a-z]{2,3}(-[A-Z]{2})?\Z"


class SnippetQuerySet(FirmQuerySet):
    """Snippets, in the words people use of them."""

    def in_use(self) -> Self:
        """Those that may be put into a text now."""
        return self.filter(state=Snippet.State.ACTIVE)

    def standing(self) -> Self:
        """All but the archive; these hold their key and their shortcut."""
        return self.exclude(state=Snippet.State.ARCHIVED)

    def for_context(self, context: str) -> Self:
        """Those meant for a place such as an e-mail."""
        return self.filter(Snippet.meant_for(context))

    def matching(self, text: str) -> Self:
        """Those whose title, key, shortcut or purpose holds every word of the text; all of them for no text."""
        rows = self
        for word in text.split():
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(key__icontains=word)
                | Q(shortcut__icontains=word)
                | Q(description__icontains=word)
            )
        return rows

    def owned_for_others(self, membership_id: UUID) -> Self:
        """A person's own that others have too: by its reach, or because it was shared."""
        shared = SnippetGrant.objects.filter(snippet=models.OuterRef("pk"))
        return self.filter(~Q(reach=Snippet.Reach.PRIVATE) | models.Exists(shared), owner_id=membership_id)

    def with_nearness(self, membership_id: UUID | None) -> Self:
        """`nearness`: 0 for a person's own, then those shared with them, then their teams', then the firm's."""
        private = Snippet.Reach.PRIVATE
        return self.annotate(
            nearness=models.Case(
                models.When(reach=private, owner_id=membership_id, then=0),
                models.When(reach=private, then=1),
                models.When(reach=Snippet.Reach.TEAM, then=2),
                default=3,
            )
        )

    def nearest_first(self, membership_id: UUID | None) -> Self:
        """In the order in which a key or a shortcut means them."""
        return self.with_nearness(membership_id).order_by("nearness", "created_at", "pk")

    def held(self, snippet: Snippet) -> Snippet:
        """The snippet as it stands now, locked until the transaction ends, so that what follows is decided once.

        NO KEY: rows that point at it, such as uses, may be written meanwhile.
        """
        found: Snippet = self.select_for_update(no_key=True).get(pk=snippet.pk)
        return found


class Snippet(FirmModel):
    """A piece of wording. What it says stands in its versions; here stands what it is called and who has it.

    `latest_number` is the version last written, `active_number` the one that insertions use. They differ while a
    change waits for approval.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        ACTIVE = "active", _("Active")
        DEPRECATED = "deprecated", _("Replaced")
        ARCHIVED = "archived", _("Archived")

    class Reach(models.TextChoices):
        PRIVATE = "private", _("Only me and those I name")
        TEAM = "team", _("A team")
        FIRM = "firm", _("The whole firm")

    class Context(models.TextChoices):
        EMAIL = "email", _("E-mail")
        MESSAGE = "message", _("Message")
        TICKET = "ticket", _("Ticket")
        NOTE = "note", _("Internal note")
        DOCUMENT = "document", _("Document")

        @classmethod
        def in_words(cls, chosen: Collection[str]) -> str:
            """These of them by their labels."""
            return ", ".join(str(context.label) for context in cls if context in chosen)

    # The migration's trigger says the same; a test holds the two together.
    TRANSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {
        "draft": ("in_review", "active", "archived"),
        "in_review": ("draft", "active", "archived"),
        "active": ("draft", "deprecated", "archived"),
        "deprecated": ("draft", "active", "archived"),
        "archived": ("draft", "active", "deprecated"),
    }

    view_power = "snippets.view"
    # AFTER: before an update that names `firm_id`, as every save() does, PostgreSQL locks the row against rows that
    # point at it too, and two who nest snippets in each other's would wait for ever.
    triggers: ClassVar[tuple[Trigger, ...]] = (
        Trigger(
            name="guard_snippet",
            when="AFTER INSERT OR UPDATE OF key, state, reach, contexts, active_number",
            function="snippets_guard_snippet",
        ),
    )

    key = models.CharField(
        _("Key"),
        max_length=60,
        validators=[RegexValidator(KEY, _("Use small letters, digits, and . - _ between them."))],
        help_text=_("Stays the same for good: other snippets, imports and programs find it by this."),
    )
    shortcut = models.CharField(
        _("Shortcut"),
        max_length=32,
        blank=True,
        validators=[RegexValidator(SHORTCUT, _("Use small letters, digits, and . - _ only."))],
        help_text=_("What you type after “;” to insert it."),
    )
    title = models.CharField(_("Title"), max_length=160, validators=[validate_text, validate_not_blank])
    description = models.CharField(
        _("When to use it"),
        max_length=500,
        blank=True,
        validators=[validate_text],
        help_text=_("Shown wherever one is chosen."),
    )
    reach = models.CharField(_("Who has it"), max_length=8, choices=Reach, default=Reach.PRIVATE)
    team = FirmForeignKey(
        "policies.Team", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Team")
    )
    owner = FirmForeignKey("tenancy.Membership", on_delete=models.PROTECT, verbose_name=_("Owner"))
    folder = FirmForeignKey(
        "labels.Folder", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Folder")
    )
    contexts = ArrayField(models.CharField(max_length=8, choices=Context), verbose_name=_("Meant for"))
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.DRAFT)
    default_locale = models.CharField(
        _("First language"), max_length=6, default="en", validators=[RegexValidator(LOCALE)]
    )
    # The languages of the latest version, so that lists and coverage need not read it.
    locales = ArrayField(models.CharField(max_length=6), default=list, editable=False)
    latest_number = models.PositiveIntegerField(default=0, editable=False)
    active_number = models.PositiveIntegerField(null=True, blank=True, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)
    replacement = FirmForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Use instead")
    )
    use_count = models.PositiveIntegerField(_("Uses"), default=0, editable=False)
    last_used_at = models.DateTimeField(_("Last used"), null=True, blank=True, editable=False)

    objects: ClassVar = SnippetQuerySet.as_manager()

    class Meta:
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["firm", *further, name],
                    condition=Q(reach=reach) & ~Q(state="archived") & ~Q(**{name: ""}),
                    name=f"snippet_{name}_once_{reach}",
                    violation_error_message=message,
                )
                for name, message in (
                    ("key", _("Another snippet already has this key.")),
                    ("shortcut", _("Another snippet already has this shortcut.")),
                )
                for reach, further in (("private", ["owner"]), ("team", ["team"]), ("firm", []))
            ),
            models.CheckConstraint(condition=Q(key__regex=KEY), name="snippet_key_is_one"),
            models.CheckConstraint(
                condition=Q(shortcut="") | Q(shortcut__regex=SHORTCUT), name="snippet_shortcut_is_one"
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="snippet_has_a_title"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review", "active", "deprecated", "archived"]),
                name="snippet_state_known",
            ),
            models.CheckConstraint(
                condition=Q(reach="team", team__isnull=False)
                | (Q(reach__in=["private", "firm"]) & Q(team__isnull=True)),
                name="snippet_team_goes_with_its_reach",
            ),
            models.CheckConstraint(
                condition=Q(contexts__contained_by=["email", "message", "ticket", "note", "document"])
                & Q(contexts__len__gt=0),
                name="snippet_contexts_known",
                violation_error_message=_("Say what it is meant for."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "deprecated"]) | Q(active_number__isnull=False),
                name="snippet_in_use_has_a_version",
            ),
            models.CheckConstraint(
                condition=Q(active_number__isnull=True)
                | (Q(active_number__gte=1) & Q(active_number__lte=F("latest_number"))),
                name="snippet_active_version_exists",
            ),
            models.CheckConstraint(
                condition=Q(replacement__isnull=True) | ~Q(replacement=F("id")),
                name="snippet_does_not_replace_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "title", "id"], name="snippet_by_title"),
            models.Index(fields=["firm", "-updated_at", "-id"], name="snippet_newest_change"),
            models.Index(fields=["firm", "-use_count", "-id"], name="snippet_most_used"),
            models.Index(fields=["firm", "state", "title", "id"], name="snippet_by_state"),
            models.Index(fields=["firm", "folder", "title", "id"], name="snippet_in_folder"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return link("snippets:snippet", pk=self.pk)

    @staticmethod
    def meant_for(context: str) -> Q:
        """Which ones are for this place."""
        return Q(contexts__contains=[context])

    @property
    def client_facing(self) -> bool:
        """Whether a client may come to read it: it is meant for anything but internal notes."""
        return self.contexts != [self.Context.NOTE]

    @property
    def needs_approval(self) -> bool:
        """Whether somebody else must approve it. What is private and client-facing is the owner's own typing."""
        return self.client_facing and self.reach != self.Reach.PRIVATE

    @property
    def change_waits(self) -> bool:
        """Whether a newer version was written than the one in use."""
        return self.active_number is not None and self.latest_number > self.active_number


class SnippetTag(TaggingModel):
    """A snippet carries a tag."""

    view_power = "snippets.view"

    snippet = FirmForeignKey(Snippet, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "snippet", "tag"], name="snippettag_once"),
        ]


class SnippetGrant(ShareModel):
    """A person or a team may use, edit or approve a snippet that would not be theirs by its reach."""

    view_power = "snippets.view"

    snippet = FirmForeignKey(Snippet, on_delete=models.CASCADE)

    class Meta:
        constraints = ShareModel.constraints_of("snippetgrant", "snippet")
