"""What people type: a snippet, and what to use instead of one."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from firmament.kernel.labels.models import Folder
from firmament.kernel.labels.tags import names_of
from firmament.kernel.policies.models import Team
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.forms import ActionForm, columns
from firmament.kernel.web.wording_forms import WordingForm
from firmament.modules.snippets.actions.writing import AREA, Draft
from firmament.modules.snippets.models import Snippet, SnippetVersion

PLAIN = ("title", "shortcut", "description", "reach", "team", "folder")


class SnippetForm(WordingForm):
    """A snippet: what it says, how it is called, and who has it. `team_ids`: the teams to choose from, None for all."""

    base_fields = {
        **columns(Snippet, PLAIN),
        "key": forms.CharField(
            label=gettext_lazy("Key"),
            max_length=60,
            required=False,
            help_text=gettext_lazy(
                "Other snippets and programs find it by this; made of the title if left empty."
            ),
        ),
        "contexts": forms.MultipleChoiceField(
            label=gettext_lazy("Meant for"), choices=Snippet.Context, widget=forms.CheckboxSelectMultiple
        ),
        "tags": forms.CharField(
            label=gettext_lazy("Tags"), required=False, help_text=gettext_lazy("With commas between them.")
        ),
        "note": forms.CharField(
            label=gettext_lazy("What has changed"),
            max_length=1000,
            required=False,
            help_text=gettext_lazy("For whoever looks through the versions."),
        ),
        "based_on": forms.IntegerField(widget=forms.HiddenInput, initial=0),
    }

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        actor: Actor,
        initial: Mapping[str, Any],
        team_ids: Iterable[UUID] | None,
    ) -> None:
        super().__init__(data, actor=actor, initial=initial)
        teams = Team.objects.order_by("name") if team_ids is None else Team.objects.filter(pk__in=team_ids)
        self._choose("team", teams, _("No team"))
        self._choose("folder", Folder.objects.of(AREA), _("In no folder"))
        if initial.get("key"):
            self.fields["key"].disabled = True

    def _choose(self, name: str, rows: Any, nothing: str) -> None:
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset, field.empty_label = rows, nothing

    def draft(self) -> Draft:
        """What was filled in; `SchemaError` (a ValidationError) for fields that cannot be asked for."""
        given = self.cleaned_data
        return Draft(
            title=given["title"],
            key=given["key"] or slugify(given["title"])[:60].strip("-") or "snippet",
            shortcut=given["shortcut"],
            description=given["description"],
            reach=given["reach"],
            team_id=given["team"].pk if given["team"] else None,
            folder_id=given["folder"].pk if given["folder"] else None,
            contexts=tuple(given["contexts"]),
            default_locale=self.languages[0],
            tags=tuple(names_of(given["tags"])),
            bodies=self.texts_sent,
            fields=self.fields_sent,
            steps=self.steps_sent,
        )

    @staticmethod
    def values_of(snippet: Snippet, version: SnippetVersion, tags: Iterable[str]) -> dict[str, Any]:
        """What the form shows of a snippet."""
        first = snippet.default_locale
        return {
            **{name: getattr(snippet, name) for name in (*PLAIN, "key", "contexts")},
            "bodies": {first: version.bodies.get(first, ""), **version.bodies},
            "asked": version.fields,
            "steps": version.steps,
            "tags": ", ".join(tags),
            "based_on": version.number,
        }

    @staticmethod
    def typed(data: QueryDict) -> dict[str, Any]:
        """What was typed so far, changed as the button `more` says."""
        names = (*PLAIN, "key", "tags", "note", "based_on")
        plain = {name: data.get(name, "") for name in names}
        return {**plain, "contexts": data.getlist("contexts"), **WordingForm.typed(data)}


class ReplaceForm(ActionForm):
    """Say what to use instead."""

    base_fields = {
        "replacement": forms.ModelChoiceField(Snippet.objects.none(), label=gettext_lazy("Use instead"))
    }

    def __init__(self, data: QueryDict | None, *, rows: Any) -> None:
        super().__init__(data)
        cast(forms.ModelChoiceField, self.fields["replacement"]).queryset = rows
