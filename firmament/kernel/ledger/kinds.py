"""Kinds of things that entries are about: a model's label in lower case, and the labels it had before.

The ledger is never rewritten, so an entry names its target as the model was called then.
"""

from functools import cache

from django.apps import apps
from django.db import models

from firmament.kernel.tenancy.law import firm_models


@cache
def _by_former_label() -> dict[str, type[models.Model]]:
    return {label: model for model in firm_models() for label in model.formerly}


def model_of(kind: str) -> type[models.Model]:
    """The model of a kind, by its present or a former label; LookupError where there is none any more."""
    former = _by_former_label().get(kind)
    if former is not None:
        return former
    if kind.count(".") != 1:
        raise LookupError(f"{kind} is no kind of thing")
    return apps.get_model(kind)


def labels_of(kind: str) -> tuple[str, ...]:
    """Every label under which entries may name things of this kind, the present one first."""
    try:
        model = model_of(kind)
    except LookupError:
        return (kind,)
    return (model._meta.label_lower, *getattr(model, "formerly", ()))


@cache
def every_label() -> tuple[str, ...]:
    """Every label under which an entry may name anything, former ones among them."""
    present = {model._meta.label_lower for model in apps.get_models()}
    return tuple(sorted(present | _by_former_label().keys()))
