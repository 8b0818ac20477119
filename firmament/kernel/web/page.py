"""One view per address serves the whole page and its fragments."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils.cache import patch_vary_headers

from firmament.kernel.web.context import shell_for
from firmament.kernel.web.toasts import take_toasts
from firmament.ui.shapes import Crumb

FRAGMENT_HEADERS = ("HX-Request", "HX-Target", "HX-Request-Type")


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Draw `"documents/request_list.html#rows"`: the fragment when htmx asks for one, else the whole page.

    Which fragment: the one named like the id of the htmx target, where the template has it; else the one
    named after `#`. Only the whole page costs the shell (menu, firms, toasts in their place).
    """
    path, _hash, named = template.partition("#")
    values: dict[str, Any] = dict(context or {})
    fragment = _fragment(request, path, named)
    if fragment:
        html = render_to_string(f"{path}#{fragment}", values, request)
        toasts = take_toasts(request)
        if toasts:
            html += render_to_string("web/toasts_oob.html", {"toasts": toasts}, request)
    else:
        values["shell"] = shell_for(request)
        html = render_to_string(path, values, request)
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, FRAGMENT_HEADERS)
    # After sign-out the Back button of a shared machine must not show what stood here.
    response.headers["Cache-Control"] = "no-store, private"
    return response


def form_page(
    request: HttpRequest,
    form: BaseForm,
    *,
    title: str,
    submit: str,
    back_url: str,
    crumbs: Sequence[Crumb] = (),
    template: str = "ui/form_page.html",
    **more: Any,
) -> HttpResponse:
    """A page that is one form: as it is first seen, or (422) with what was wrong beside what was sent."""
    context = {"form": form, "title": title, "submit": submit, "back_url": back_url, "crumbs": crumbs}
    return page(request, template, context | more, status=422 if form.is_bound else 200)


def wants_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part of the page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type") != "full"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def _fragment(request: HttpRequest, path: str, named: str) -> str:
    if not wants_fragment(request):
        return ""
    # htmx 4 sends `tag#id`, earlier versions the id alone.
    target = unquote(request.headers.get("HX-Target", "")).rpartition("#")[2]
    if target and target != named and target.isidentifier():
        try:
            get_template(f"{path}#{target}")
        except TemplateDoesNotExist:
            return named
        return target
    return named
