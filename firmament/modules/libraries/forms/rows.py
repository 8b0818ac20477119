"""A row of an import: the snippet it wants, whether that is there already, and what becomes of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.imports import Findings, Like, Values
from firmament.lib.canonical import checksum
from firmament.modules.libraries.actions import Brought, import_snippet, import_version
from firmament.modules.libraries.forms import cells
from firmament.modules.libraries.forms.formats import partials
from firmament.modules.libraries.reports import Known, known_snippets
from firmament.modules.snippets.public import Context, Draft, Reach, State, field_of

Mark = tuple[str, str, str]
COPIES = 50


def brought(values: Values) -> Brought:
    """What the row wants, with what it does not say filled in: one's own, in use, for every place, in English."""
    versions = values["versions"] or (cells.one_version(values["text"], values["default_locale"] or "en"),)
    content = versions[-1].content
    draft = Draft(
        title=values["title"],
        key=key_of(values),
        shortcut=values["shortcut"] or "",
        description=values["description"] or "",
        reach=values["reach"] or Reach.PRIVATE,
        contexts=values["contexts"] or tuple(Context),
        default_locale=values["default_locale"] or min(content["bodies"]),
        tags=values["tags"] or (),
        bodies=content["bodies"],
        fields=cells.schema(content["fields"]),
        steps=tuple(content["steps"]),
    )
    state = values["state"] or State.ACTIVE
    used = min(values["active"] or len(versions), len(versions))
    return Brought(
        draft=draft,
        versions=versions,
        folder=values["folder"] or (),
        team=values["team"] or "",
        state=state,
        active=used,
        replacement=values["replacement"] or "",
        shares=values["grants"] or (),
    )


def key_of(values: Values) -> str:
    """Its key, or one made of its title; the same title makes the same one each time."""
    made = slugify(values["title"])[:60].strip("-") or f"snippet-{checksum(values['title'])[:12]}"
    return str(values["key"] or made)


def mark_of(values: Values) -> Mark:
    """What makes two rows the same snippet: a key is one within what is private to somebody, a team's, or the firm's."""
    reach = values["reach"] or Reach.PRIVATE
    whose = {Reach.TEAM: values["team"], Reach.PRIVATE: values["owner"]}.get(reach) or ""
    return str(reach), str(whose), key_of(values)


def existing(actor: Actor, marks: Sequence[Mark]) -> Mapping[Mark, Like]:
    """Those that the person sees. A private one of somebody who is not here would become their own."""
    there: dict[Mark, Like] = {}
    for known in known_snippets(actor):
        like = Like(name=known.title, id=known.id)
        there[known.reach, known.whose, known.key] = like
        if known.reach == Reach.PRIVATE and known.mine:
            there[known.reach, "", known.key] = like
    mine = {mark: there.get(mark) or there.get((mark[0], "", mark[2])) for mark in marks}
    return {mark: like for mark, like in mine.items() if like is not None}


def check(values: Values) -> None:
    if values["fault"]:
        raise ValidationError(values["fault"])
    if not values["versions"] and not values["text"]:
        raise ValidationError(_("It has no text."))
    wanted = brought(values)
    field_of("key").clean(wanted.draft.key, None)
    if not wanted.draft.bodies.get(wanted.draft.default_locale, "").strip():
        raise ValidationError(_("It has no text in its first language."))
    if wanted.draft.reach == Reach.TEAM and not wanted.team:
        raise ValidationError({"team": _("Say whose it is.")})


def together(actor: Actor, rows: Mapping[int, Values]) -> Mapping[int, Findings]:
    """What a row lacks: the snippets it contains, its team, a free shortcut; and what of it is lost here."""
    wanted = {at: brought(values) for at, values in rows.items()}
    theirs = known_snippets(actor)
    keys = {*(known.key for known in theirs), *(one.draft.key for one in wanted.values())}
    teams = set(Team.objects.values_list("name", flat=True))
    people = set(
        Membership.objects.filter(state=Membership.State.ACTIVE).values_list("user__email", flat=True)
    )
    held = {
        (k.reach, k.whose if k.reach == Reach.TEAM else "", k.shortcut): k.key for k in theirs if _near(k)
    }
    places = {at: (one.draft.reach, one.team, one.draft.shortcut) for at, one in wanted.items()}
    times = Counter(places.values())
    found = {}
    for at, one in wanted.items():
        errors = {}
        if missing := sorted(partials(one.draft.bodies.values()) - keys):
            errors[""] = _("It contains what is neither here nor in the file: %(keys)s.") % {
                "keys": ", ".join(missing)
            }
        if one.team and one.team not in teams:
            errors["team"] = _("There is no team “%(name)s” here.") % {"name": one.team}
        if one.draft.shortcut and (
            times[places[at]] > 1 or held.get(places[at], one.draft.key) != one.draft.key
        ):
            errors["shortcut"] = _("Another snippet has this shortcut.")
        found[at] = Findings(errors=errors, notes=_notes(one, teams, people))
    return found


def _notes(one: Brought, teams: set[str], people: set[str]) -> list[str]:
    strangers = [
        share.person or share.team
        for share in one.shares
        if not {share.person, share.team} & (teams | people)
    ]
    notes = []
    if strangers:
        notes.append(_("Not shared with those who are not here: %(all)s.") % {"all": ", ".join(strangers)})
    internal = set(one.draft.contexts) == {Context.NOTE}
    if one.state == State.ACTIVE and one.draft.reach != Reach.PRIVATE and not internal:
        notes.append(_("Waits for approval here, unless exactly this wording has it already."))
    return notes


def _near(known: Known) -> bool:
    """Whether its shortcut could be in the way: a private one of somebody else is not."""
    return bool(known.shortcut) and (known.reach != Reach.PRIVATE or known.mine)


def create(actor: Actor, values: Values) -> UUID:
    return import_snippet(actor, brought(values))


def replace_wording(actor: Actor, values: Values, pk: UUID) -> UUID | None:
    return import_version(actor, pk, brought(values))


def keep_both(actor: Actor, values: Values, pk: UUID) -> UUID | None:
    """Beside the one that is there, under the next key that is free; nothing where one of them says the same."""
    wanted = brought(values)
    theirs = known_snippets(actor)
    like = next(known for known in theirs if known.id == pk)
    beside = {
        known.key: known.checksum
        for known in theirs
        if known.reach == like.reach
        and (known.mine if known.reach == Reach.PRIVATE else known.whose == like.whose)
    }
    mark = checksum(wanted.draft.content)
    for count in range(1, COPIES):
        key = wanted.draft.key if count == 1 else f"{wanted.draft.key[:56]}-{count}"
        if key not in beside:
            title = wanted.draft.title if count == 1 else f"{wanted.draft.title[:150]} ({count})"
            draft = replace(wanted.draft, key=key, title=title, shortcut="")
            return import_snippet(actor, replace(wanted, draft=draft))
        if beside[key] == mark:
            return None
    raise ValidationError(_("There are too many copies of it already."))
