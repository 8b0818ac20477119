"""What every table of shares must hold, and whom a share names. Giving and taking back is tried where things are shared."""

from django.db import models

from firmament.kernel.policies.actions import create_team
from firmament.kernel.policies.rules import any_of, assigned, in_team
from firmament.kernel.sharing.actions import Named
from firmament.kernel.sharing.checks import check_sharing, faults
from firmament.kernel.sharing.models import ShareModel
from firmament.kernel.sharing.rules import shared, shared_to_approve, shared_to_edit
from firmament.kernel.tenancy.models import FirmForeignKey
from firmament.kernel.testing.things.models import Thing


def test_every_table_of_shares_passes_and_a_careless_one_does_not() -> None:
    class Careless(ShareModel):
        thing = FirmForeignKey(Thing, on_delete=models.CASCADE)

        class Meta:
            app_label = "things"

    class OfNothing(ShareModel):
        class Meta:
            app_label = "things"

    class Careful(ShareModel):
        thing = FirmForeignKey(Thing, on_delete=models.CASCADE)

        class Meta:
            app_label = "things"
            constraints = ShareModel.constraints_of("careful", "thing")

    found = [[fault.id for fault in faults(table)] for table in (Careless, OfNothing, Careful)]
    for name in ("careless", "ofnothing", "careful"):
        Thing._meta.apps.all_models["things"].pop(name)
    Thing._meta.apps.clear_cache()

    assert found == [["sharing.E002"], ["sharing.E001"], []]
    assert check_sharing() == []


def test_a_share_names_who_is_here_and_nobody_else(ada, bob) -> None:
    team = create_team(ada, name="Tax")

    member = Named(level="use", person="bob@acme.example").whom()

    assert member is not None
    assert member.pk == bob.membership_id
    assert Named(level="use", team="Tax").whom() == team
    assert Named(level="use", person="gina@globex.example").whom() is None
    assert Named(level="use", team="Nobody").whom() is None


def test_a_level_gives_what_it_says_and_not_the_others() -> None:
    table = "snippets.SnippetGrant(snippet)"

    assert shared(table) == any_of(assigned(f"{table}__membership_id"), in_team(f"{table}__team_id"))
    assert shared_to_edit(table) == any_of(assigned(f"{table}__editor"), in_team(f"{table}__editor_team"))
    assert shared_to_approve(table) == any_of(
        assigned(f"{table}__approver"), in_team(f"{table}__approver_team")
    )
