"""The people of the firm."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firmament.kernel.identity.actions import deactivate_membership, reactivate_membership
from firmament.kernel.identity.policies import Can as Identity
from firmament.kernel.ledger.models import Entry
from firmament.kernel.policies.decide import allows, may
from firmament.kernel.policies.kernel_powers import Can as Powers
from firmament.kernel.policies.powers import BUILT_IN_ROLES
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.web.cells import Column, Kind
from firmament.kernel.web.effects import weigh, weighing_page
from firmament.kernel.web.entrances import staff_page
from firmament.kernel.web.filters import ChoiceFilter, SearchFilter
from firmament.kernel.web.forms import sent
from firmament.kernel.web.links import go, link
from firmament.kernel.web.lists import ListAction, ListPage, list_page
from firmament.kernel.web.page import page, wants_fragment
from firmament.kernel.web.questions import look_address
from firmament.kernel.web.requests import FirmRequest
from firmament.kernel.web.toasts import toast
from firmament.modules.firms.actions.people import set_roles, set_title
from firmament.modules.firms.forms.people import DeactivateForm, RolesForm, TitleForm
from firmament.modules.firms.policies import Can
from firmament.modules.firms.reports import people as reports
from firmament.modules.firms.views.tabs import people_tabs
from firmament.ui.shapes import Crumb
from firmament.ui.shell import Tone

TONES: dict[str, Tone] = {Membership.State.ACTIVE: "success", Membership.State.DEACTIVATED: "neutral"}


def _joined(row: Mapping[str, Any], value: Any) -> str:
    return ", ".join(value)


LIST = ListPage(
    name="firms.people",
    title=gettext_lazy("People"),
    counted=lambda n: ngettext("%(n)s person", "%(n)s people", n) % {"n": n},
    columns=(
        Column(
            key="name",
            label=gettext_lazy("Name"),
            path="user__name",
            kind=Kind.TITLE,
            sort="user__name",
            sub="user__email",
        ),
        Column(key="title", label=gettext_lazy("Job title"), sort="title", priority=2),
        Column(key="roles", label=gettext_lazy("Roles"), path="role_names", draw=_joined, export=_joined),
        Column(
            key="state",
            label=gettext_lazy("State"),
            kind=Kind.STATUS,
            choices=Membership.State,
            tones=TONES,
            sort="state",
        ),
        Column(
            key="since",
            label=gettext_lazy("Since"),
            path="created_at",
            kind=Kind.DATE,
            sort="created_at",
            priority=3,
        ),
    ),
    order="name",
    filters=(
        SearchFilter(
            paths=("user__name", "user__email", "title"), label=gettext_lazy("Search names and addresses")
        ),
        ChoiceFilter(key="state", label=gettext_lazy("State"), choices=Membership.State),
        ChoiceFilter(
            key="role",
            label=gettext_lazy("Role"),
            choices=tuple((code, gettext_lazy(name)) for code, name, _clearance in BUILT_IN_ROLES),
            narrows={code: reports.with_role(code) for code, _name, _clearance in BUILT_IN_ROLES},
        ),
    ),
    row_url="firms:person",
    row_name="user__name",
    export="people",
    actions=(
        ListAction(
            label=gettext_lazy("Invite somebody"),
            url_name="firms:invite",
            power=Identity.INVITE_PEOPLE,
            icon="user-plus",
            primary=True,
        ),
    ),
    template="firms/people.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.VIEW_PEOPLE)
def people(request: FirmRequest) -> HttpResponseBase:
    """Everybody who works or worked here, and above them who has been invited."""
    extra: dict[str, Any] = {}
    if not wants_fragment(request) and request.method != "POST":
        extra["tabs"] = people_tabs(request, "firms:people")
        if may(request.actor, Identity.VIEW_INVITATIONS):
            extra["invitations"] = reports.invitations_for(request.actor)
            extra["may_invite"] = may(request.actor, Identity.INVITE_PEOPLE)
    return list_page(request, LIST, reports.members_for(request.actor), extra)


def member_of(request: FirmRequest, pk: UUID) -> Membership:
    """The member, or 404."""
    rows = Membership.objects.visible_to(request.actor).select_related("user")
    member: Membership = get_object_or_404(rows, pk=pk)
    return member


def crumbs_to(member: Membership | None = None) -> tuple[Crumb, ...]:
    """The way to a person's pages."""
    crumbs = [Crumb(label=_("People"), url=link("firms:people"))]
    if member is not None:
        crumbs.append(Crumb(label=member.user.name, url=link("firms:person", pk=member.pk)))
    return tuple(crumbs)


def to_person(member: Membership) -> HttpResponse:
    """Back to the person's page."""
    return go("firms:person", pk=member.pk)


@require_safe
@staff_page(Can.VIEW_PEOPLE)
def person(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What somebody holds in the firm, and what happened to it."""
    member, actor = member_of(request, pk), request.actor
    active = member.state == Membership.State.ACTIVE
    context = {
        "member": member,
        "facts": reports.member_facts(actor, member),
        "active": active,
        "tone": TONES[member.state],
        "oneself": member.pk == actor.membership_id,
        "crumbs": crumbs_to(),
        "may_change": allows(actor, Can.CHANGE_PEOPLE, member),
        "may_assign": allows(actor, Powers.ASSIGN_ROLES, member),
        "may_deactivate": allows(actor, Identity.DEACTIVATE_PEOPLE, member)
        and member.pk != actor.membership_id,
        "may_audit": may(actor, Entry.view_power),
        "may_explain": may(actor, Powers.EXPLAIN),
        "look_url": look_address(actor, member_id=member.pk),
        "may_wall": may(actor, Powers.VIEW_WALLS),
    }
    return page(request, "firms/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Can.CHANGE_PEOPLE)
def title(request: FirmRequest, pk: UUID) -> HttpResponse:
    """What somebody is called in the firm."""
    member = member_of(request, pk)
    form = TitleForm(request.POST if request.method == "POST" else None, initial={"title": member.title})
    if form.is_bound and form.is_valid():
        set_title(request.actor, member, title=form.cleaned_data["title"])
        toast(request, _("Saved."))
        return to_person(member)
    return _form(request, member, form, title=_("Job title of %(name)s"), submit=_("Save"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Powers.ASSIGN_ROLES)
def roles(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Give and take roles. What the reader could not give is not offered, and stays as it is."""
    member = member_of(request, pk)
    held = reports.roles_of_member(member)
    offered = reports.grantable_roles(request.actor)
    kept = [role for role in held if role not in offered]
    initial = {"roles": [role.code for role in held]}
    form, weighed = RolesForm(sent(request), initial=initial, roles=offered), None
    if form.is_bound and form.is_valid():
        chosen = [role for role in offered if role.code in form.cleaned_data["roles"]]
        weighed = weigh(request, form, lambda: set_roles(request.actor, member, [*chosen, *kept]))
        if weighed.done:
            toast(request, _("Saved. It counts from this moment on."))
            return to_person(member)
    return weighing_page(
        request,
        form,
        weighed,
        title=_("Roles of %(name)s") % {"name": member.user.name},
        submit=_("Save roles"),
        back_url=link("firms:person", pk=member.pk),
        crumbs=crumbs_to(member),
        template="firms/person_roles.html",
        member=member,
        kept=kept,
        only_admin=reports.is_only_admin(member),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Identity.DEACTIVATE_PEOPLE)
def deactivate(request: FirmRequest, pk: UUID) -> HttpResponse:
    """End somebody's access. First what that touches is shown, and who takes over is asked."""
    member = member_of(request, pk)
    held = reports.answers_for(member)
    form = DeactivateForm(
        request.POST if request.method == "POST" else None,
        successors=reports.successors(request.actor, member, held),
    )
    if form.is_bound and form.is_valid():
        heir = form.cleaned_data["reassign_to"]
        went, _n = form.carry_out(lambda: deactivate_membership(request.actor, member, reassign_to=heir))
        if went:
            toast(request, _("%(name)s can no longer come in.") % {"name": member.user.name})
            return to_person(member)
    facts = {
        "held": held,
        "facts": reports.member_facts(request.actor, member),
        "only_admin": reports.is_only_admin(member),
    }
    return _form(
        request,
        member,
        form,
        title=_("Deactivate %(name)s"),
        submit=_("Deactivate"),
        template="firms/person_deactivate.html",
        extra=facts,
    )


def _form(
    request: FirmRequest,
    member: Membership,
    form: TitleForm | DeactivateForm,
    *,
    title: str,
    submit: str,
    template: str = "firms/form_page.html",
    extra: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "member": member,
        "title": title % {"name": member.user.name},
        "submit": submit,
        "crumbs": crumbs_to(member),
        "back_url": link("firms:person", pk=member.pk),
        **(extra or {}),
    }
    return page(request, template, context, status=422 if form.errors else 200)


@require_POST
@staff_page(Identity.DEACTIVATE_PEOPLE)
def reactivate(request: FirmRequest, pk: UUID) -> HttpResponse:
    """Let somebody back in, with the roles they had."""
    member = member_of(request, pk)
    try:
        reactivate_membership(request.actor, member)
    except ValidationError as refused:
        for message in refused.messages:
            toast(request, str(message), tone="warning")
    else:
        toast(request, _("%(name)s can come in again, with the roles they had.") % {"name": member.user.name})
    return to_person(member)
