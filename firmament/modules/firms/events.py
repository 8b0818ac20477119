"""What happens on the firm's own pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Changed, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(Changed):
    category: ClassVar[Category] = Category.PERMISSIONS
    targets: ClassVar[Mapping[str, str]] = {"membership_id": "tenancy.membership"}
    sentence: ClassVar[Text] = _("changed what is written about a colleague")

    membership_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanged(Changed):
    """A person changed what is known about themselves."""

    category: ClassVar[Category] = Category.AUTH
    targets: ClassVar[Mapping[str, str]] = {"user_id": "identity.user"}
    sentence: ClassVar[Text] = _("changed their own profile")

    user_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged(Changed):
    """How the firm is called, reached and set up. Nothing of it is about a person."""

    category: ClassVar[Category] = Category.CONFIGURATION
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = _("changed the firm’s settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandChanged(Changed):
    category: ClassVar[Category] = Category.CONFIGURATION
    personal: ClassVar[frozenset[str]] = frozenset()
    sentence: ClassVar[Text] = _("changed the firm’s brand")
