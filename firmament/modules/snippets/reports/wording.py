"""What a snippet says here and now, with all that it contains."""

from uuid import UUID

from django.utils.translation import gettext as _

from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.fields import Field, parse_schema
from firmament.kernel.wording.filling import Part, Wording
from firmament.modules.snippets.models import Snippet, SnippetInclude, SnippetVersion


def wording_of(snippet: Snippet, *, number: int | None = None) -> Wording:
    """What the version in use says, or the one of this number; two queries for each level of nesting.

    `WordingError` where a part of it is not in use.
    """
    versions = _versions_of(snippet, number=number)
    fields: dict[str, Field] = {}
    for version in versions:
        for field in parse_schema(version.fields):
            fields.setdefault(field.name, field)
    return Wording(
        title=snippet.title,
        description=snippet.description,
        fields=tuple(fields.values()),
        parts=tuple(
            Part(
                subject_id=version.subject_id,
                key=version.subject.key,
                number=version.number,
                checksum=version.checksum,
                bodies=version.bodies,
                default_locale=version.subject.default_locale,
            )
            for version in versions
        ),
    )


def _versions_of(snippet: Snippet, *, number: int | None = None) -> tuple[SnippetVersion, ...]:
    wanted = {snippet.pk: number or snippet.active_number}
    found: dict[UUID, SnippetVersion] = {}
    while wanted:
        rows = SnippetVersion.objects.select_related("subject").filter(
            subject__in=wanted, number__in={at for at in wanted.values() if at}
        )
        level = {row.subject_id: row for row in rows if row.number == wanted[row.subject_id]}
        if missing := wanted.keys() - level.keys():
            keys = Snippet.objects.filter(pk__in=list(missing)).order_by("key").values_list("key", flat=True)
            raise WordingError(_("Not in use yet: %(keys)s.") % {"keys": ", ".join(keys)})
        found |= {pk: level[pk] for pk in sorted(level)}
        edges = SnippetInclude.objects.filter(snippet__in=level).select_related("included")
        wanted = {
            edge.included_id: edge.included.active_number
            for edge in edges
            if edge.number == level[edge.snippet_id].number and edge.included_id not in found
        }
    return tuple(found.values())
