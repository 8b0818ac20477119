"""Snippets within snippets: which one a key means, and that nothing contains itself or lies too deep."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.macros.parsing import parse_steps
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.locks import hold
from firmament.kernel.wording.analysis import Analysis, check
from firmament.kernel.wording.budget import NESTING_LIMIT
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.fields import field_paths, parse_schema
from firmament.kernel.wording.vocabulary import known_paths
from firmament.lib.graph import Steps, steps_from, way_to
from firmament.modules.snippets.models import Snippet, SnippetInclude, SnippetVersion

Reach = Snippet.Reach
# A snippet contains only what everybody who has it has too, so what is nearer is looked for only in what is nearer.
WIDENING = (Reach.PRIVATE, Reach.TEAM, Reach.FIRM)


def check_content(actor: Actor, snippet: Snippet, content: Mapping[str, Any]) -> None:
    """Refuse what could not be filled in later, with the language and the place of each fault."""
    fields = parse_schema(content["fields"])
    parse_steps(actor, content["steps"])
    known = known_paths() | field_paths(fields)
    faults: list[str] = []
    for locale, body in content["bodies"].items():
        try:
            analysis = check(body, known=known)
        except WordingError as error:
            faults.append(f"{locale}: {error}")
        else:
            faults += [f"{locale}: {fault}" for fault in _nesting_faults(actor, snippet, analysis)]
    if faults:
        raise ValidationError({"bodies": faults})


def hold_nesting() -> None:
    """One writes texts that contain others at a time; held before the first snippet is, or two wait for each other.

    Two people who put A into B and B into A at the same moment would each see no circle, and make one together.
    """
    hold("snippets nesting")


def may_contain(bodies: Mapping[str, str]) -> bool:
    """Whether there may be a snippet within these texts, at first sight."""
    return any("snippet" in body for body in bodies.values())


def write_includes(actor: Actor, snippet: Snippet, version: SnippetVersion) -> None:
    """Note which snippets the version contains, as their keys mean them now."""
    keys = {key for body in version.bodies.values() for key in check(body, known=None).partials}
    SnippetInclude.objects.bulk_create(
        SnippetInclude(snippet=snippet, number=version.number, included=child)
        for child in included_by(actor, snippet, keys).values()
    )


def refuse_if_contained(snippet: Snippet) -> None:
    """A shared text in use must go on reading as it was approved. Somebody's private text is no reason to stay."""
    shared = SnippetInclude.objects.in_use().filter(included=snippet).exclude(snippet__reach=Reach.PRIVATE)
    containers = shared.count()
    if containers:
        raise ValidationError(
            ngettext(
                "%(n)s snippet in use contains this one. Change that one first.",
                "%(n)s snippets in use contain this one. Change those first.",
                containers,
            )
            % {"n": containers},
            code="contained",
        )


def included_by(actor: Actor, snippet: Snippet, keys: Iterable[str]) -> dict[str, Snippet]:
    """What each key means in this snippet: the owner's own before the team's before the firm's."""
    rows = Snippet.objects.visible_to(actor).standing().filter(key__in=set(keys))
    wide_enough = WIDENING[WIDENING.index(Reach(snippet.reach)) :]
    found = [row for row in rows if row.reach in wide_enough and _is_within_reach(snippet, row)]
    found.sort(key=lambda row: WIDENING.index(Reach(row.reach)), reverse=True)
    return {row.key: row for row in found}


def _is_within_reach(snippet: Snippet, row: Snippet) -> bool:
    match row.reach:
        case Reach.PRIVATE:
            return row.owner_id == snippet.owner_id
        case Reach.TEAM:
            return snippet.reach == Reach.PRIVATE or row.team_id == snippet.team_id
        case _:
            return True


def _nesting_faults(actor: Actor, snippet: Snippet, analysis: Analysis) -> list[str]:
    if not analysis.partials:
        return []
    hold_nesting()
    found = included_by(actor, snippet, analysis.partials)
    faults = [
        _("There is no snippet “%(key)s” that everybody who has this one has too.") % {"key": key}
        for key in analysis.partials
        if key not in found
    ]
    above = _steps(snippet, from_="included_id", to="snippet_id")
    for key, child in found.items():
        below = _steps(child, from_="snippet_id", to="included_id")
        if way := way_to(snippet.pk, below):
            chain = " → ".join((snippet.key, *_keys(way, snippet)))
            faults.append(_("This would contain itself: %(chain)s.") % {"chain": chain})
        elif len(above) - 1 + len(below) > NESTING_LIMIT:
            faults.append(
                _("With “%(key)s” snippets would lie within snippets more than %(n)s deep.")
                % {"key": key, "n": NESTING_LIMIT}
            )
        elif snippet.needs_approval and not child.client_facing:
            faults.append(
                _("“%(key)s” is for internal notes only; nothing that clients read contains it.")
                % {"key": key}
            )
    return faults


def _steps(snippet: Snippet, *, from_: str, to: str) -> Steps[UUID]:
    """Who is reached from it along the containing.

    Both the version in use and the latest one count: either may be in use tomorrow. A step more than may lie within
    each other is enough to know that it is too deep.
    """

    def arrows(ids: Collection[UUID]) -> Iterable[tuple[UUID, UUID]]:
        return SnippetInclude.objects.current().filter(**{f"{from_}__in": ids}).values_list(from_, to)

    return steps_from(snippet.pk, arrows, most=NESTING_LIMIT + 1)


def _keys(way: Collection[UUID], snippet: Snippet) -> list[str]:
    keys = dict(Snippet.objects.filter(pk__in=way).values_list("pk", "key"))
    # A snippet that is just being written may not be there yet.
    return [keys.get(pk, snippet.key) for pk in way]
