"""What each operation begins and ends with."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from firmament.kernel.api.answers import one
from firmament.kernel.policies.decide import visible
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.web.requests import FirmRequest
from firmament.modules.snippets.models import Snippet, SnippetQuerySet
from firmament.modules.snippets.policies import Can
from firmament.modules.snippets.schemas import SNIPPET


def snippet_of(request: FirmRequest, pk: UUID) -> Snippet:
    """The snippet; 404 where there is none, or none that this person has."""
    found: Snippet = get_object_or_404(Snippet.objects.visible_to(request.actor), pk=pk)
    return found


def changeable(actor: Actor) -> SnippetQuerySet:
    """Those that this person may change; to programs the others are not there."""
    found: SnippetQuerySet = Snippet.objects.filter(
        visible(actor, Can.EDIT, Snippet) | visible(actor, Can.MANAGE, Snippet)
    )
    return found


def changeable_of(request: FirmRequest, pk: UUID) -> Snippet:
    """The snippet; 404 where there is none that this person may change."""
    found: Snippet = get_object_or_404(changeable(request.actor), pk=pk)
    return found


def answer(request: FirmRequest, pk: UUID, status: int = 200) -> HttpResponse:
    return one(Snippet.objects.visible_to(request.actor), pk, SNIPPET, status=status)
