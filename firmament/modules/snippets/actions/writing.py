"""Writing: a new snippet, a change, an old version brought back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from firmament.kernel.approvals.actions import is_approved
from firmament.kernel.approvals.policy import kind_of
from firmament.kernel.labels.folders import folder_paths
from firmament.kernel.labels.models import Folder
from firmament.kernel.labels.tags import set_tags
from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.macros.parsing import parse_steps, steps_data
from firmament.kernel.policies.authority import authority_of
from firmament.kernel.policies.decide import allows, may, require, require_any
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.versions.actions import add_version, restore
from firmament.kernel.wording.fields import Field, parse_schema, schema_data
from firmament.lib.canonical import checksum
from firmament.modules.snippets.actions.nesting import (
    check_content,
    hold_nesting,
    may_contain,
    refuse_if_contained,
    write_includes,
)
from firmament.modules.snippets.events import (
    SnippetChanged,
    SnippetReopened,
    SnippetVersioned,
    SnippetWritten,
)
from firmament.modules.snippets.models import Snippet, SnippetGrant, SnippetTag, SnippetVersion
from firmament.modules.snippets.policies import Can

AREA = "snippets"
State = Snippet.State


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A snippet as somebody wants it: how it is called and kept, and (from `bodies` on) what it says.

    `bodies` has the text by language, `fields` what is asked for on insertion, `steps` the follow-up steps.
    """

    title: str
    key: str
    shortcut: str = ""
    description: str = ""
    reach: str = Snippet.Reach.PRIVATE
    team_id: UUID | None = None
    folder_id: UUID | None = None
    contexts: tuple[str, ...] = (Snippet.Context.NOTE,)
    default_locale: str = "en"
    tags: tuple[str, ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    steps: tuple[Mapping[str, object], ...] = ()

    @property
    def content(self) -> dict[str, object]:
        """What a version keeps."""
        return {
            "bodies": {locale: self.bodies[locale] for locale in sorted(self.bodies)},
            "fields": schema_data(self.fields),
            "steps": [dict(step) for step in self.steps],
        }


def draft_of(snippet: Snippet, version: SnippetVersion, tags: Iterable[str]) -> Draft:
    """The snippet as it stands, to be changed from."""
    kept = ("title", "key", "shortcut", "description", "reach", "team_id", "folder_id", "default_locale")
    return Draft(
        **{name: getattr(snippet, name) for name in kept},
        contexts=tuple(snippet.contexts),
        tags=tuple(tags),
        bodies=version.bodies,
        fields=parse_schema(version.fields),
        steps=tuple(version.steps),
    )


def may_change(actor: Actor, snippet: Snippet) -> bool:
    """Whether this person may edit it, or looks after the library."""
    return allows(actor, Can.EDIT, snippet) or allows(actor, Can.MANAGE, snippet)


def require_change(actor: Actor, snippet: Snippet) -> None:
    """As `may_change`; `Denied` where not."""
    require_any(actor, (Can.EDIT, Can.MANAGE), snippet)


def held_for_change(actor: Actor, snippet: Snippet) -> Snippet:
    """The snippet as it is now, locked, for somebody who may change it; what is in the archive stays as it is."""
    require_change(actor, snippet)
    snippet = Snippet.objects.held(snippet)
    if snippet.state == State.ARCHIVED:
        raise ValidationError(
            _("This snippet is in the archive. Take it out before you change it."), code="archived"
        )
    return snippet


def check_draft(actor: Actor, draft: Draft) -> None:
    """Refuse, as saving would, what could not be filled in later; nothing is kept."""
    require(actor, Can.CREATE)
    assert actor.membership_id is not None, "the power belongs to members of the firm"
    trial = Snippet(owner_id=actor.membership_id, key=draft.key, reach=draft.reach, team_id=draft.team_id)
    trial.contexts = list(draft.contexts)
    check_content(actor, trial, draft.content)


def create_snippet(actor: Actor, draft: Draft, *, note: str = "") -> Snippet:
    """A new snippet, as a draft with its first version."""
    snippet = begin_snippet(actor, draft)
    _write(actor, snippet, draft, note=note, based_on=0)
    return snippet


def begin_snippet(actor: Actor, draft: Draft) -> Snippet:
    """A new snippet that says nothing yet; whoever calls this writes its versions in the same breath."""
    require(actor, Can.CREATE)
    assert actor.membership_id is not None, "the power belongs to members of the firm"
    snippet = Snippet(owner_id=actor.membership_id, key=draft.key)
    _describe(actor, snippet, draft)
    snippet.save(force_insert=True)
    record(actor, SnippetWritten(snippet_id=snippet.pk, title=snippet.title))
    set_tags(actor, snippet, SnippetTag, draft.tags)
    return snippet


def change_snippet(actor: Actor, snippet: Snippet, draft: Draft, *, based_on: int, note: str = "") -> Snippet:
    """Change how a snippet is kept, and write a new version where what it says has changed.

    `based_on` is the version the author began from; a later one refuses the change (`versions.Conflict`) instead of
    losing it. A snippet in use goes on with its version in use until the new one is approved.
    """
    if may_contain(draft.bodies):
        hold_nesting()
    snippet = held_for_change(actor, snippet)
    if draft.key != snippet.key:
        raise ValidationError({"key": _("A key stays the same, because other texts refer to it.")})
    before, scope, was_client_facing = _facts(snippet), _scope(snippet), snippet.client_facing
    _describe(actor, snippet, draft)
    if _scope(snippet) != scope or was_client_facing > snippet.client_facing:
        # What contains it would suddenly say something that its readers do not have, or that nobody approved.
        refuse_if_contained(snippet)
    reopened = _reopen_unless_approved(snippet)
    snippet.save()
    added, removed = set_tags(actor, snippet, SnippetTag, draft.tags)
    changes = [Change(field=name, before=before[name], after=now) for name, now in _facts(snippet).items()]
    changes.append(Change(field=_("Tags"), before=", ".join(removed), after=", ".join(added)))
    if different := tuple(change for change in changes if change.before != change.after):
        record(actor, SnippetChanged(snippet_id=snippet.pk, title=snippet.title, changes=different))
    if reopened:
        record(actor, SnippetReopened(snippet_id=snippet.pk, title=snippet.title))
    _write(actor, snippet, draft, note=note, based_on=based_on)
    return snippet


def rewrite_snippet(actor: Actor, snippet: Snippet, draft: Draft, *, note: str = "") -> SnippetVersion | None:
    """Write a new version alone: how the snippet is called and kept stays, whatever the draft says of that.

    None where it says so already.
    """
    hold_nesting()
    snippet = held_for_change(actor, snippet)
    latest: SnippetVersion = SnippetVersion.objects.latest_of(snippet)
    if latest.checksum == checksum(draft.content):
        return None
    written = replace(draft, default_locale=snippet.default_locale)
    return _write(actor, snippet, written, note=note, based_on=latest.number)


def move_snippet(actor: Actor, snippet: Snippet, *, folder: Folder | None) -> None:
    """Put a snippet into another folder, or into none."""
    snippet = held_for_change(actor, snippet)
    change = Change(field=_("Folder"), before=_path(snippet.folder), after=_path(folder))
    snippet.folder = folder
    snippet.save(update_fields=["folder", "updated_at"])
    if change.before != change.after:
        record(actor, SnippetChanged(snippet_id=snippet.pk, title=snippet.title, changes=(change,)))


def restore_version(actor: Actor, snippet: Snippet, *, number: int, note: str = "") -> SnippetVersion:
    """Bring back what an earlier version said, as a new version that is approved like any other."""
    version: SnippetVersion = SnippetVersion.objects.get(subject=snippet, number=number)
    if may_contain(version.bodies):
        hold_nesting()
    snippet = held_for_change(actor, snippet)
    # Whatever it contained or asked for may be gone since.
    check_content(actor, snippet, version.content)
    restored = restore(actor, version, note=note)
    if restored.number != number:
        point_at(actor, snippet, restored)
    return restored


def _write(actor: Actor, snippet: Snippet, draft: Draft, *, note: str, based_on: int) -> SnippetVersion:
    if not draft.bodies.get(draft.default_locale, "").strip():
        raise ValidationError({"bodies": _("Write the text in the snippet’s first language.")})
    # As a person types them or a program sends them, steps differ in form; kept they are alike.
    content = draft.content | {"steps": steps_data(parse_steps(actor, draft.steps))}
    check_content(actor, snippet, content)
    version = add_version(actor, snippet, SnippetVersion, content=content, note=note, based_on=based_on)
    if version.number != snippet.latest_number:
        point_at(actor, snippet, version)
    return version


def point_at(actor: Actor, snippet: Snippet, version: SnippetVersion) -> None:
    """Let the snippet know what it says last, and what that contains."""
    write_includes(actor, snippet, version)
    Snippet.objects.filter(pk=snippet.pk).update(latest_number=version.number, locales=sorted(version.bodies))
    snippet.refresh_from_db()
    record(
        actor,
        SnippetVersioned(
            snippet_id=snippet.pk, title=snippet.title, number=version.number, checksum=version.checksum
        ),
    )


def _describe(actor: Actor, snippet: Snippet, draft: Draft) -> None:
    """Call and keep it as the draft says, or refuse with what is wrong by the name of each field."""
    scope = _scope(snippet)
    snippet.title, snippet.shortcut, snippet.description = (
        draft.title.strip(),
        draft.shortcut,
        draft.description,
    )
    snippet.reach, snippet.team_id, snippet.folder_id = draft.reach, draft.team_id, draft.folder_id
    snippet.contexts, snippet.default_locale = sorted(set(draft.contexts)), draft.default_locale
    snippet.full_clean()
    if snippet.folder and snippet.folder.area != AREA:
        raise ValidationError({"folder": _("Choose a folder of the library of snippets.")})
    if _scope(snippet) != scope:
        _refuse_reach(actor, snippet)


def _refuse_reach(actor: Actor, snippet: Snippet) -> None:
    theirs = snippet.team_id in authority_of(actor).team_ids or may(actor, Can.MANAGE)
    if snippet.reach == Snippet.Reach.TEAM and not theirs:
        raise ValidationError({"team": _("Choose one of your own teams.")})
    shared = SnippetGrant.objects.filter(snippet=snippet, team__isnull=False)
    if snippet.reach == Snippet.Reach.PRIVATE and shared.exists():
        raise ValidationError({"reach": _("It is shared with a team. Take that back first.")})


def _reopen_unless_approved(snippet: Snippet) -> bool:
    """What was one person's own typing is to go to clients in the firm's name: somebody else must read it first."""
    number = snippet.active_number
    if snippet.state not in (State.ACTIVE, State.DEPRECATED) or number is None or not snippet.needs_approval:
        return False
    version = SnippetVersion.objects.get(subject=snippet, number=number)
    if is_approved(kind_of(snippet), snippet.pk, version.checksum):
        return False
    refuse_if_contained(snippet)
    snippet.state, snippet.active_number, snippet.activated_at = State.DRAFT, None, None
    snippet.replacement = None
    return True


def _scope(snippet: Snippet) -> tuple[str, UUID | None]:
    return snippet.reach, snippet.team_id


def _facts(snippet: Snippet) -> dict[str, str]:
    """How it is called and kept, in words, by the name of each."""
    return {
        _("Title"): snippet.title,
        _("Shortcut"): snippet.shortcut,
        _("When to use it"): snippet.description,
        _("Who has it"): str(snippet.team or snippet.get_reach_display()),
        _("Folder"): _path(snippet.folder),
        _("Meant for"): Snippet.Context.in_words(snippet.contexts),
        _("First language"): snippet.default_locale,
    }


def _path(folder: Folder | None) -> str:
    """Where a folder lies; its name alone may be another's too, in another place."""
    return " / ".join(folder_paths(AREA)[folder.pk]) if folder else ""
