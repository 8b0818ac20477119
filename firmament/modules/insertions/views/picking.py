"""What the text picker of any page asks: the list, one snippet as it would read there, and its insertion."""

from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from firmament.kernel.macros.sources import macro_of
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import searched
from firmament.kernel.web.links import link, row_links
from firmament.kernel.web.page import page
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.step_forms import steps_in_words
from firmament.kernel.wording.channels import Channel
from firmament.kernel.wording.errors import WordingError
from firmament.kernel.wording.filling import Place, Wording
from firmament.modules.insertions.actions import insert_snippet
from firmament.modules.insertions.forms import FillForm, PlaceForm
from firmament.modules.insertions.reports.picking import fitting_snippets, preview, question
from firmament.modules.snippets.public import Can, usable_snippets, wording_of


@staff_page(Can.USE)
@require_GET
def picker(request: FirmRequest) -> HttpResponse:
    """What fits what was typed after the sign."""
    place, _room = _place(request)
    found = fitting_snippets(request.actor, searched(request.GET.get("q", "")), channel=place.channel)
    to_snippet = row_links("insertions:pick")
    rows = [(snippet, to_snippet(snippet.id)) for snippet in found]
    return page(request, "insertions/picker_options.html#options", {"rows": rows})


@staff_page(Can.USE)
@require_http_methods(["GET", "HEAD", "POST"])
def pick(request: FirmRequest, pk: UUID) -> HttpResponse:
    """GET: how it would read here, and what it asks for. POST: put it into the text, and remember that it was."""
    place, room = _place(request)
    wording = _wording(request, pk, place)
    form = _form(request, wording, place)
    if request.method != "POST":
        return _pane(request, wording, form)
    if form.is_valid():
        try:
            done = insert_snippet(request.actor, pk, values=form.values, place=form.where)
        except WordingError as error:
            form.refuse(error)
        else:
            text = done.filled.text
            if room is None or _length(text) <= room:
                return JsonResponse({"id": str(done.use_id), "text": text})
            words = _("There is room for %(room)s characters here, and this has %(length)s.")
            form.add_error(None, words % {"room": room, "length": _length(text)})
    # With this status nothing of it is kept, the use least of all.
    return _pane(request, wording, form, status=422)


@staff_page(Can.USE)
@require_POST
def pick_preview(request: FirmRequest, pk: UUID) -> HttpResponse:
    """How it would read with the values so far. A POST, because no value belongs into an address."""
    place, _room = _place(request)
    wording = _wording(request, pk, place)
    form = _form(request, wording, place)
    form.full_clean()
    return _pane(request, wording, form)


def _place(request: FirmRequest) -> tuple[Place, int | None]:
    form = PlaceForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form.found, form.cleaned_data["room"]


def _wording(request: FirmRequest, pk: UUID, place: Place) -> Wording:
    fitting = usable_snippets(request.actor).for_context(place.channel)
    return wording_of(get_object_or_404(fitting, pk=pk))


def _form(request: FirmRequest, wording: Wording, place: Place) -> FillForm:
    data = request.POST if request.method == "POST" else None
    return FillForm(data, actor=request.actor, asked=question(wording, place), place=place)


def _pane(request: FirmRequest, wording: Wording, form: FillForm, *, status: int = 200) -> HttpResponse:
    pk = wording.own.subject_id
    macro = macro_of(request.actor, pk)
    context = {
        "steps": steps_in_words(request.actor, list(macro.steps))[0] if macro else [],
        "wording": wording,
        "form": form if form.fields or form.errors else None,
        "preview": preview(request.actor, wording, asked=form.asked, values=form.values, place=form.where),
        "plain": form.place.output is Channel.PLAIN,
        "insert_url": link("insertions:pick", pk=pk),
        "preview_url": link("insertions:pick_preview", pk=pk),
    }
    return page(request, "insertions/picker_pane.html#pane", context, status=status)


def _length(text: str) -> int:
    """As a browser counts, in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
