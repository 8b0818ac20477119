"""Answering questions; renaming, colouring and merging tags; naming folders and saying where they lie."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from firmament.kernel.approvals.models import Decision
from firmament.kernel.approvals.waiting import Waiting
from firmament.kernel.labels.folders import flat, folder_tree, with_all_below
from firmament.kernel.labels.models import DEEPEST, FOLDER_LENGTH, TAG_LENGTH, Folder, Tag
from firmament.kernel.web.forms import ActionForm


class DecideForm(ActionForm, forms.Form):
    """One answer to the questions chosen. `chosen` are ids; what does not wait for this person is no choice."""

    chosen = forms.MultipleChoiceField(error_messages={"required": _("Choose what you decide on.")})
    verdict = forms.ChoiceField(choices=Decision.Verdict.choices)
    comment = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, waiting: "Sequence[Waiting]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["chosen"]
        chosen.choices = [(str(row.id), row.name) for row in waiting]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("verdict") == Decision.Verdict.REJECT and not values.get("comment", "").strip():
            self.add_error("comment", _("Say what has to change."))
        return values


class TagForm(ActionForm, forms.Form):
    """How a tag is called, and its colour."""

    name = forms.CharField(label=_("Name"), max_length=TAG_LENGTH, strip=False)
    colour = forms.ChoiceField(label=_("Colour"), choices=Tag.Colour.choices, required=False)


class MergeForm(ActionForm, forms.Form):
    """The tag that stays."""

    into = forms.ModelChoiceField(
        Tag.objects.none(),
        label=_("Merge into"),
        empty_label=_("Choose a tag"),
        help_text=_("Everything that carries this tag will carry that one."),
        error_messages={"required": _("Choose the tag that stays.")},
    )

    def __init__(self, *args: Any, tags: "QuerySet[Tag]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = tags  # type: ignore[attr-defined]


class FolderForm(ActionForm, forms.Form):
    """How a folder is called, and the one it lies in. `but` is the folder that is changed: it does not lie in itself."""

    name = forms.CharField(label=_("Name"), max_length=FOLDER_LENGTH, strip=False)
    parent = forms.ModelChoiceField(
        Folder.objects.none(), label=_("Inside the folder"), required=False, empty_label=_("At the top")
    )

    def __init__(self, *args: Any, area: str, but: Folder | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        below = set(with_all_below(but)) if but is not None else set()
        nodes = [node for node in flat(folder_tree(area)) if node.id not in below and node.depth < DEEPEST]
        parent.queryset = Folder.objects.filter(pk__in=[node.id for node in nodes])
        # In the order of the tree and set in as it is; a choice by itself would know neither.
        parent.choices = [("", parent.empty_label), *((str(node.id), node.indented) for node in nodes)]
