"""Sharing a thing on its own page: with whom it is shared, one more, and taking it back.

A room says once how its things are shared (`SharePages`), has a view for sharing (`share_page`) and one for taking back
(`take_back_page`); its page includes `web/share_list.html` with the values of `shares_on`, and with `may_change`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.policies.models import Team
from firmament.kernel.sharing.models import ShareModel
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmModel, Membership
from firmament.kernel.web.forms import ActionForm, MemberField
from firmament.kernel.web.links import link
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import carry_out, toast


class ShareForm(ActionForm):
    """Whom to share with, and what they may."""

    base_fields = {
        "member": MemberField(
            Membership.objects.none(),
            label=gettext_lazy("Person"),
            required=False,
            empty_label=gettext_lazy("Nobody"),
        ),
        "team": forms.ModelChoiceField(
            Team.objects.none(),
            label=gettext_lazy("Team"),
            required=False,
            empty_label=gettext_lazy("No team"),
        ),
        "level": forms.ChoiceField(label=gettext_lazy("May"), choices=ShareModel.Level),
    }

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        members = Membership.objects.filter(state="active").select_related("user").order_by("user__name")
        cast(forms.ModelChoiceField, self.fields["member"]).queryset = members
        cast(forms.ModelChoiceField, self.fields["team"]).queryset = Team.objects.order_by("name")

    def clean(self) -> dict[str, Any]:
        if bool(self.cleaned_data.get("member")) == bool(self.cleaned_data.get("team")):
            raise ValidationError(_("Choose either a person or a team."))
        return self.cleaned_data

    @property
    def whom(self) -> Membership | Team:
        """Whom they chose; only of a form that is valid."""
        chosen: Membership | Team = self.cleaned_data["member"] or self.cleaned_data["team"]
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePages:
    """How things of one kind are shared.

    `load(request, pk)` gives the thing or 404, `draw(request, thing, open_dialog=…, status=…, **forms)` its page. The
    room's actions are called as `share(actor, thing, whom, level=…)` and `unshare(actor, share)`.
    """

    table: type[ShareModel]
    load: Callable[[FirmRequest, UUID], Any]
    draw: Callable[..., HttpResponse]
    share: Callable[..., object]
    unshare: Callable[..., object]


def shares_on(
    actor: Actor, thing: FirmModel, table: type[ShareModel], *, share_url: str, take_back_url: str
) -> dict[str, Any]:
    """What the thing's page shows of its shares; one query. The names are of the two views' addresses."""
    rows = table.objects.visible_to(actor).filter(**{table.thing_name(): thing})
    shares = rows.select_related("membership__user", "team").order_by("created_at", "pk")
    return {
        "shares": [(share, link(take_back_url, pk=share.pk)) for share in shares],
        "share_url": link(share_url, pk=thing.pk),
        "share_form": ShareForm(),
    }


def share_page(request: FirmRequest, pages: SharePages, pk: UUID) -> HttpResponse:
    """Give it to a person or a team."""
    thing = pages.load(request, pk)
    form = ShareForm(request.POST)
    if form.is_valid():
        level = form.cleaned_data["level"]
        went, _n = form.carry_out(lambda: pages.share(request.actor, thing, form.whom, level=level))
        if went:
            toast(request, _("Shared."))
            return _back(thing)
    return pages.draw(request, thing, open_dialog="share", share_form=form, status=422)


def take_back_page(request: FirmRequest, pages: SharePages, pk: UUID) -> HttpResponse:
    """Take a share back; `pk` is the share's."""
    rows = pages.table.objects.visible_to(request.actor)
    share = get_object_or_404(
        rows.select_related(pages.table.thing_name(), "membership__user", "team"), pk=pk
    )
    said = _("No longer shared with %(whom)s.") % {"whom": share.whom}
    carry_out(request, lambda: pages.unshare(request.actor, share), lambda: said)
    return _back(share.thing)


def _back(thing: Any) -> HttpResponse:
    return HttpResponseRedirect(thing.get_absolute_url(), status=303)
