"""A change of who may do what, shown before it is saved: first what it does, then, pressed again, it is done.

What is saved is exactly what was shown: the second time the form carries a mark of everything that stood in it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.http import HttpResponse
from django.utils.formats import localize
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from firmament.kernel.policies.effects import Effect, Moved, foresee
from firmament.kernel.web.forms import ActionForm
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.lib.canonical import checksum
from firmament.ui.shapes import Crumb

Answer = TypeVar("Answer")

SEEN = "seen"
NAMED = 4


class ConfirmForm(ActionForm, forms.Form):
    """A change with nothing to fill in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that would happen: "3 people lose access to 41 documents", with who and a few of what."""

    sentence: str
    people: str
    sample: str
    lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An effect in words, and the mark of the form it belongs to."""

    lines: tuple[Line, ...]
    cut: bool
    nothing: bool
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Generic[Answer]):
    """Whether the change was made, and what the action answered; or what it would do."""

    done: bool = False
    answer: Answer | None = None
    effect: Told | None = None


def weigh(
    request: FirmRequest,
    form: ActionForm,
    act: Callable[[], Answer],
    *,
    look: Callable[[], object] | None = None,
    besides: Collection[str] = (),
) -> Weighed[Answer]:
    """Make the change if exactly this was shown before, else look at what it would do.

    Call it with a valid form. What the action refuses stands in the form, as with `carry_out`. `look` is the change as it is
    looked at, where it counts later only. `besides` are fields that are not part of the change.
    """
    mark = _mark(request, besides)
    if request.POST.get(SEEN) == mark:
        went, answer = form.carry_out(act)
        return Weighed(done=went, answer=answer)
    looked, effect = form.carry_out(lambda: foresee(request.actor, look or act))
    return Weighed(effect=told(effect, mark) if looked and effect is not None else None)


def weighing_page(
    request: FirmRequest,
    form: forms.BaseForm,
    weighed: "Weighed[Any] | None",
    *,
    title: str,
    submit: str,
    back_url: str,
    crumbs: Sequence[Crumb] = (),
    template: str = "web/weighing_page.html",
    **more: Any,
) -> HttpResponse:
    """A page that is one form, and once it is filled in what it would do, with the button that does it."""
    effect = weighed.effect if weighed is not None else None
    context = {
        "form": form,
        "effect": effect,
        "title": title,
        "submit": submit,
        "back_url": back_url,
        "crumbs": crumbs,
    }
    return page(request, template, context | more, status=422 if form.errors else 200)


def told(effect: Effect, mark: str) -> Told:
    """An effect in sentences."""
    lines = [_about(one) for one in effect.moved]
    for powers in effect.powers:
        who, n = _people(powers.people), len(powers.people)
        for lost, titles in ((True, powers.lost), (False, powers.gained)):
            if titles:
                said = (
                    ngettext("%(who)s can no longer do this", "%(who)s can no longer do this", n)
                    if lost
                    else ngettext("%(who)s can do this from then on", "%(who)s can do this from then on", n)
                )
                lines.append(
                    Line(
                        sentence=said % {"who": who},
                        people=_names(powers.people),
                        sample="; ".join(titles),
                        lost=lost,
                    )
                )
    return Told(lines=tuple(lines), cut=effect.cut, nothing=effect.nothing, mark=mark)


def _about(one: Moved) -> Line:
    n = len(one.people)
    things = f"{localize(one.count)} {one.what}"
    if one.at_least:
        things = _("at least %(things)s") % {"things": things}
    said = (
        ngettext("%(who)s loses access to %(things)s", "%(who)s lose access to %(things)s", n)
        if one.lost
        else ngettext("%(who)s gains access to %(things)s", "%(who)s gain access to %(things)s", n)
    )
    sample = ", ".join(one.sample)
    if one.count > len(one.sample):
        sample = _("%(some)s and others") % {"some": sample}
    return Line(
        sentence=said % {"who": _people(one.people), "things": things},
        people=_names(one.people),
        sample=sample,
        lost=one.lost,
    )


def _people(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return ngettext("%(n)s person", "%(n)s people", len(names)) % {"n": localize(len(names))}


def _names(names: Sequence[str]) -> str:
    """Who they are, where the sentence only counts them."""
    if len(names) == 1:
        return ""
    shown = list(names[:NAMED])
    if len(names) > NAMED:
        shown.append(_("%(n)s others") % {"n": localize(len(names) - NAMED)})
    return get_text_list(shown, _("and"))


def _mark(request: FirmRequest, besides: Collection[str]) -> str:
    """A name for exactly this form: its address and everything that was filled in."""
    given = {
        name: sorted(values)
        for name, values in request.POST.lists()
        if name not in (SEEN, "csrfmiddlewaretoken", *besides)
    }
    return checksum([request.get_full_path(), given])
