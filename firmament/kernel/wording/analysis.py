"""What a wording asks for and contains, found without filling it in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from weakref import WeakKeyDictionary

from django.utils.translation import gettext as _
from liquid import RenderContext
from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.static_analysis import Segments, TemplateAnalysis
from liquid.template import BoundTemplate

from firmament.kernel.wording.budget import NESTING_LIMIT, Clock, cycle
from firmament.kernel.wording.errors import WordingError, explained, place
from firmament.kernel.wording.nested import SnippetNode
from firmament.kernel.wording.parsing import read
from firmament.kernel.wording.sandbox import SANDBOX

Loader = Callable[[str], str | None]

# For a text and everything it contains; one of the largest takes 40 ms.
CHECK_SECONDS = 1.0
# What Liquid itself answers for a list or a text.
ANSWERED = frozenset(["first", "last", "size"])
# What a tree needs, as long as the tree is kept: asked at every insertion.
_needs: WeakKeyDictionary[BoundTemplate, tuple[frozenset[str], tuple[str, ...]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`variables` are the paths asked for, `partials` the keys of nested snippets, each sorted.

    `needed` are those of the variables that leave a hole in the text where they are empty: printed, not asked
    about first by a tag around them (`{% if client.vat_id %}`, or `{% if client %}`), and without the filter `default`.
    """

    variables: tuple[str, ...]
    needed: tuple[str, ...]
    partials: tuple[str, ...]


def check(
    source: str, *, known: Collection[str] | None, partials: Loader | None = None, key: str = ""
) -> Analysis:
    """What the source asks for, nested snippets included; `WordingError` with the place of the first fault.

    `known` are the names that there are (`due_on`, `client.name`); None asks for none to be checked. `partials`
    gives the source of a nested snippet, or None where there is none; without it snippets are named and not
    opened. `key` is what other snippets call this one, for “a → b → a”.
    """
    found = _Found(known, partials)
    found.open(source, "", (key,) if key else ())
    return Analysis(
        variables=tuple(sorted(found.variables)),
        needed=tuple(sorted(found.needed)),
        partials=tuple(sorted(found.partials)),
    )


def missing_values(
    wording: str | Analysis,
    context: Mapping[str, object],
    *,
    partials: Mapping[str, str] | None = None,
    optional: Collection[str] = (),
    clock: Clock | None = None,
) -> list[str]:
    """The needed paths that `context` lacks, or has empty, except for those that may be; sorted.

    `partials` are the sources of nested snippets where `wording` is a source. Raises `WordingError` for a source
    that cannot be read.
    """
    needed = (
        wording.needed
        if isinstance(wording, Analysis)
        else _needed_by(wording, partials or {}, clock or Clock())
    )
    return sorted(path for path in needed if path not in optional and _is_empty(path, context))


def _needed_by(source: str, partials: Mapping[str, str], clock: Clock) -> set[str]:
    """What the source and the snippets in it need. A snippet that is not there is left to the rendering to refuse."""
    needed: set[str] = set()
    open_, seen = [source], {source}
    while open_:
        try:
            clock.tick()
            template = read(text := open_.pop())
        except LiquidError as error:
            raise explained(error) from error
        if template not in _needs:
            found = check(text, known=None)
            _needs[template] = frozenset(found.needed), found.partials
        own, keys = _needs[template]
        needed |= own
        inner = {partials[key] for key in keys if key in partials} - seen
        open_ += inner
        seen |= inner
    return needed


def _is_empty(path: str, context: Mapping[str, object]) -> bool:
    found: object = context
    for name in path.split("."):
        if not isinstance(found, Mapping):
            # A position in a list, or `size`: what it is in is there.
            return found is None
        found = found.get(name)
    return found is None or found == "" or found == []


class _Found:
    """Collects over the whole nesting."""

    def __init__(self, known: Collection[str] | None, load: Loader | None) -> None:
        self.known, self.load = known, load
        self.variables: set[str] = set()
        self.needed: set[str] = set()
        self.partials: set[str] = set()
        self._seen: set[tuple[str, int]] = set()
        self._clock = Clock(CHECK_SECONDS)

    def open(self, source: str, snippet: str, trail: tuple[str, ...], depth: int = 0) -> None:
        try:
            self._clock.tick()
            template = read(source)
            analysis = template.analyze(include_partials=False)
        except LiquidError as error:
            error.template_name = snippet
            raise explained(error) from error
        where = _Where(source, snippet)
        static = RenderContext(template)
        self._variables(analysis, where, asked=frozenset(_asked(template.nodes, static)))
        _check_filters(analysis, where)
        self.needed |= {*_needed(template.nodes, static, frozenset())} & self.variables
        for node in _snippets(template.nodes, static):
            self.partials.add(node.key)
            if self.load is not None:
                self._nested(node, self.load, where, trail, depth + 1)

    def _nested(
        self, node: SnippetNode, load: Loader, where: "_Where", trail: tuple[str, ...], depth: int
    ) -> None:
        index = node.token.start_index
        if node.key in trail:
            text = _("This would contain itself: %(chain)s.") % {"chain": cycle(trail, node.key)}
            raise where.error(index, text)
        if depth > NESTING_LIMIT:
            raise where.error(index, _("Snippets are nested more than %(n)s deep.") % {"n": NESTING_LIMIT})
        if (node.key, depth) in self._seen:
            return
        self._seen.add((node.key, depth))
        source = load(node.key)
        if source is None:
            raise where.error(index, _("There is no snippet “%(key)s”.") % {"key": node.key})
        self.open(source, node.key, (*trail, node.key), depth)

    def _variables(self, analysis: TemplateAnalysis, where: "_Where", *, asked: frozenset[int]) -> None:
        for variable in (each for group in analysis.variables.values() for each in group):
            if any(isinstance(segment, list) for segment in variable.segments):
                text = _("“%(path)s” is only known when it is filled in. Name the value itself.")
                raise where.error(variable.span.index, text % {"path": variable})
        for variable in (each for group in analysis.globals.values() for each in group):
            path = _plain(variable.segments)
            known = self.known is None or _is_known(variable.segments, self.known)
            # Whether there is a contact at all may be asked, though “contact” itself cannot be printed.
            if not known and not (variable.span.index in asked and _parts(path, self.known or ())):
                raise where.error(variable.span.index, _unknown(path, self.known or ()))
            self.variables.add(path)


@dataclass(frozen=True, slots=True)
class _Where:
    source: str
    snippet: str

    def error(self, index: int, text: str) -> WordingError:
        line, column = place(self.source, index)
        return WordingError(text, line=line, column=column, snippet=self.snippet)


def _plain(segments: Segments) -> str:
    return ".".join(str(segment) for segment in segments)


def _is_known(segments: Segments, known: Collection[str]) -> bool:
    """The path itself, or what Liquid answers about one: its size, its first item, an item's position."""
    for end in range(len(segments), 0, -1):
        if _plain(segments[:end]) in known:
            return all(isinstance(rest, int) or rest in ANSWERED for rest in segments[end:])
    return False


def _unknown(path: str, known: Collection[str]) -> str:
    text = _("There is no value “%(path)s”.") % {"path": path}
    if near := get_close_matches(path, sorted(known), n=1):
        return text + " " + _("Did you mean “%(near)s”?") % {"near": near[0]}
    if within := _parts(path, known):
        return text + " " + _("Name one of its parts, such as “%(part)s”.") % {"part": within[0]}
    return text


def _parts(path: str, known: Collection[str]) -> list[str]:
    return sorted(name for name in known if name.startswith(f"{path}."))


def _check_filters(analysis: TemplateAnalysis, where: _Where) -> None:
    for name, spans in analysis.filters.items():
        if name not in SANDBOX.filters:
            text = _("There is no filter “%(name)s”.") % {"name": name}
            if near := get_close_matches(name, SANDBOX.filters, n=1):
                text += " " + _("Did you mean “%(near)s”?") % {"near": near[0]}
            raise where.error(spans[0].index, text)


def _snippets(nodes: Iterable[Node], static: RenderContext) -> Iterator[SnippetNode]:
    for node in nodes:
        if isinstance(node, SnippetNode):
            yield node
        yield from _snippets(node.children(static, include_partials=False), static)


def _needed(nodes: Iterable[Node], static: RenderContext, asked: frozenset[str]) -> Iterator[str]:
    """Paths that are printed or kept without anything around them having asked whether they are there."""
    for node in nodes:
        paths = [path for expression in node.expressions() for path in _paths(expression)]
        if isinstance(node, OutputNode | AssignNode):
            yield from (path for path in paths if not _is_asked(path, asked))
        inner = node.children(static, include_partials=False)
        yield from _needed(inner, static, asked.union(paths) if paths else asked)


def _is_asked(path: str, asked: frozenset[str]) -> bool:
    """Whether it was asked if the path is there, or what it is a part of."""
    names = path.split(".")
    return any(".".join(names[:end]) in asked for end in range(1, len(names) + 1))


def _asked(nodes: Iterable[Node], static: RenderContext) -> Iterator[int]:
    """Where in the source a path stands in a condition."""
    for node in nodes:
        if isinstance(node, IfNode | UnlessNode | ConditionalBlockNode):
            open_ = list(node.expressions())
            while open_:
                expression = open_.pop()
                if isinstance(expression, Path):
                    yield expression.token.start_index
                open_ += expression.children()
        yield from _asked(node.children(static, include_partials=False), static)


def _paths(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Path):
        yield _plain([str(segment) for segment in expression.path])
    children = list(expression.children())
    if isinstance(expression, FilteredExpression) and any(
        f.name == "default" for f in expression.filters or ()
    ):
        children = children[1:]
    for child in children:
        yield from _paths(child)
