"""Lists to choose from are drawn as Django draws them."""

import re
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.translation import gettext_lazy as _

from firmament.ui.renderers import FormRenderer

CHOICES: list[Any] = [
    ("", "Nothing"),
    ("a&b", "<b>Bold</b> & more"),
    (3, _("Save")),
    ("It’s “here”", [('x"y', "An 'x'"), ("z", "")]),
    ("{{ 7 }}", "{% now %}"),
]


class Disabling(forms.Select):
    """One of the options cannot be chosen."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        option["attrs"] |= {"disabled": option["value"] == "z", "data-n": 1, "title": '<&">'}
        return option


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple, Disabling, forms.NullBooleanSelect])
@pytest.mark.parametrize("value", [None, "", "a&b", "3", ["3", "z"], 'x"y', "true"])
def test_the_same_as_djangos_own(kind: type[forms.Select], value: Any) -> None:
    widget = kind(attrs={"class": "select", "required": True, "hidden": False, "data-x": "<\"'&>"})
    if kind is forms.NullBooleanSelect:
        value = value == "true"
    else:
        widget.choices = CHOICES

    ours = widget.render("na&me", value, {"id": "id_x"}, renderer=FormRenderer())
    theirs = widget.render("na&me", value, {"id": "id_x"}, renderer=DjangoTemplates())

    assert bare(ours) == bare(theirs)


def bare(text: str) -> str:
    """Without blanks between tags."""
    return re.sub(r">\s+<", "><", text.strip())
