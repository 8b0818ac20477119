"""What a person does with saved views: save, change, share, remove, bring back, open with."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import allows, require
from firmament.kernel.policies.models import Role, Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.events import ListOpeningChosen, ViewChanged, ViewRemoved, ViewRestored, ViewSaved
from firmament.kernel.web.models import SavedView, SavedViewTeam, ViewDefault
from firmament.kernel.web.policies import Can
from firmament.lib.instant import now

# More than anybody finds anything among.
MOST = 50
Sharing = SavedView.Sharing


def save_view(actor: Actor, *, list_name: str, title: str, query: str) -> SavedView:
    """Keep what a list shows now, for oneself; `edit_view` shares it."""
    require(actor, Can.SAVE_VIEW)
    assert actor.membership_id is not None
    if SavedView.objects.standing().filter(owner_id=actor.membership_id, list_name=list_name).count() >= MOST:
        raise ValidationError(_("You have %(n)d views of this list. Remove one first.") % {"n": MOST})
    view = SavedView(list_name=list_name, title=title.strip(), query=query, owner_id=actor.membership_id)
    _store(view)
    record(actor, ViewSaved(view_id=view.pk, list=list_name, title=view.title))
    return view


def update_view(actor: Actor, view: SavedView, *, query: str) -> None:
    """Let a view ask for what its list shows now."""
    require(actor, Can.CHANGE_VIEW, view)
    change = Change(field=_("Shows"), before=view.query, after=query)
    view.query = query
    _store(view)
    _changed(actor, view, (change,))


def edit_view(
    actor: Actor,
    view: SavedView,
    *,
    title: str,
    sharing: str,
    team_ids: Collection[UUID] = (),
    role_ids: Collection[UUID] = (),
) -> None:
    """Its name, who sees it, and which roles' lists open with it.

    Whoever may not share changes the name alone. A view that nobody else sees any more is what no role begins with.
    """
    require(actor, Can.CHANGE_VIEW, view)
    changes = [Change(field=_("Name"), before=view.title, after=title.strip())]
    view.title = title.strip()
    may_share = allows(actor, Can.SHARE_VIEW)
    if sharing != view.sharing or team_ids or role_ids:
        require(actor, Can.SHARE_VIEW)
    if sharing not in Sharing.values:
        raise ValidationError({"sharing": _("Choose who sees it.")})
    if sharing == Sharing.TEAMS and not team_ids:
        raise ValidationError({"teams": _("Choose at least one team.")})
    changes.append(
        Change(
            field=_("Who sees it"), before=str(Sharing(view.sharing).label), after=str(Sharing(sharing).label)
        )
    )
    view.sharing = sharing
    _store(view)
    if may_share:
        changes.append(_share_with(view, team_ids if sharing == Sharing.TEAMS else ()))
        changes.append(_open_for(view, role_ids if sharing != Sharing.PRIVATE else ()))
    _changed(actor, view, changes)


def remove_view(actor: Actor, view: SavedView) -> None:
    """Take a view away; `restore_view` brings it back, with whatever opened with it."""
    require(actor, Can.CHANGE_VIEW, view)
    if SavedView.objects.standing().filter(pk=view.pk).update(removed_at=now()):
        record(actor, ViewRemoved(view_id=view.pk, list=view.list_name, title=view.title))


def restore_view(actor: Actor, view: SavedView) -> None:
    """Bring a removed view back; ValidationError where another of its name stands there now."""
    require(actor, Can.CHANGE_VIEW, view)
    if view.removed_at is None:
        return
    view.removed_at = None
    _store(view)
    record(actor, ViewRestored(view_id=view.pk, list=view.list_name, title=view.title))


def open_with(actor: Actor, *, list_name: str, view: SavedView | None) -> None:
    """Choose what a list opens with for oneself; None: with everything, whatever a role begins with."""
    require(actor, Can.SAVE_VIEW)
    assert actor.membership_id is not None
    if view is not None:
        require(actor, Can.VIEW_SAVED_VIEW, view)
    ViewDefault.objects.update_or_create(
        list_name=list_name, membership_id=actor.membership_id, defaults={"view": view}
    )
    record(actor, ListOpeningChosen(list=list_name, view_id=view.pk if view is not None else None))


def _store(view: SavedView) -> None:
    """Write it, or say in plain words what the database would refuse."""
    view.full_clean()
    view.save()


def _share_with(view: SavedView, team_ids: Collection[UUID]) -> Change:
    before = _names(Team.objects.filter(pk__in=SavedViewTeam.objects.filter(view=view).values("team_id")))
    # The form offers no archived team, so that such a one is missing says nothing: it finds its views when it is back.
    shared = SavedViewTeam.objects.filter(view=view, team__archived_at__isnull=True)
    shared.exclude(team_id__in=team_ids).delete()
    there = set(SavedViewTeam.objects.filter(view=view).values_list("team_id", flat=True))
    teams = Team.objects.filter(pk__in=team_ids)
    SavedViewTeam.objects.bulk_create(
        SavedViewTeam(view=view, team=team) for team in teams if team.pk not in there
    )
    return Change(field=_("Teams"), before=before, after=_names(teams))


def _open_for(view: SavedView, role_ids: Collection[UUID]) -> Change:
    mine = ViewDefault.objects.filter(view=view, role__isnull=False)
    before = _names(Role.objects.filter(pk__in=mine.values("role_id")))
    mine.exclude(role_id__in=role_ids).delete()
    roles = Role.objects.standing().filter(pk__in=role_ids)
    kept = set(mine.values_list("role_id", flat=True))
    for role in roles:
        if role.pk not in kept:
            # Created anew and not moved: of two roles' choices the later one counts.
            ViewDefault.objects.filter(list_name=view.list_name, role=role).delete()
            ViewDefault.objects.create(list_name=view.list_name, role=role, view=view)
    return Change(field=_("Opens by itself for"), before=before, after=_names(roles))


def _names(rows: "QuerySet[Team] | QuerySet[Role]") -> str:
    return ", ".join(rows.order_by("name").values_list("name", flat=True))


def _changed(actor: Actor, view: SavedView, changes: Iterable[Change]) -> None:
    real = tuple(change for change in changes if change.before != change.after)
    if real:
        record(actor, ViewChanged(view_id=view.pk, list=view.list_name, title=view.title, changes=real))
