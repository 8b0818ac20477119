"""Constraints and indexes that a migration adds are known to rendered models as if they had been rendered again."""

from django.db import migrations, models
from django.db.migrations.state import ProjectState

from firmament.kernel.tenancy.migrating import constraints_in_place

POSITIVE = models.CheckConstraint(condition=models.Q(pages__gt=0), name="book_has_pages")
TITLED_ONCE = models.UniqueConstraint(fields=["title"], name="book_titled_once")
BY_TITLE = models.Index(fields=["title"], name="book_by_title")
OPERATIONS = (
    migrations.CreateModel("shelf", [("id", models.AutoField(primary_key=True))]),
    migrations.CreateModel(
        "book",
        [
            ("id", models.AutoField(primary_key=True)),
            ("shelf", models.ForeignKey("library.shelf", models.CASCADE)),
            ("title", models.CharField(max_length=80)),
            ("pages", models.IntegerField()),
        ],
    ),
    migrations.AddConstraint("book", POSITIVE),
    migrations.AddConstraint("book", TITLED_ONCE),
    migrations.AddIndex("book", BY_TITLE),
    migrations.RemoveConstraint("book", "book_has_pages"),
    migrations.AddField("shelf", "room", models.CharField(max_length=20, default="")),
    migrations.RemoveIndex("book", "book_by_title"),
    migrations.AddConstraint("shelf", models.UniqueConstraint(fields=["room"], name="shelf_of_a_room")),
)


def known(state: ProjectState) -> dict[str, tuple[set[str], set[str], set[str]]]:
    return {
        model._meta.label: (
            {one.name for one in model._meta.constraints},
            {one.name for one in model._meta.indexes},
            {one.name for one in model._meta.total_unique_constraints},
        )
        for model in state.apps.get_models()
    }


def after(rendered: bool) -> list[dict[str, tuple[set[str], set[str], set[str]]]]:
    """What is known after each operation, with the models rendered before it, as the executor does, or anew."""
    state, found = ProjectState(), []
    for operation in OPERATIONS:
        state = state.clone()
        if rendered:
            known(state)
        operation.state_forwards("library", state)
        found.append(known(state if rendered else ProjectState(dict(state.models))))
    return found


def test_what_is_rendered_knows_what_a_new_rendering_would_know() -> None:
    with constraints_in_place():
        in_place = after(rendered=True)

    assert in_place == after(rendered=False)
    assert in_place[-1] == {
        "library.shelf": ({"shelf_of_a_room"}, set(), {"shelf_of_a_room"}),
        "library.book": ({"book_titled_once"}, set(), {"book_titled_once"}),
    }


def test_no_model_is_rendered_for_a_constraint_and_django_is_itself_again_afterwards() -> None:
    stock = ProjectState._append_option
    state = ProjectState()
    for operation in OPERATIONS[:2]:
        operation.state_forwards("library", state)
    before = state.apps.get_model("library", "book")

    with constraints_in_place():
        OPERATIONS[2].state_forwards("library", state)

    assert state.apps.get_model("library", "book") is before
    assert ProjectState._append_option is stock
