"""What every text that people write has to be, whichever table keeps it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from firmament.lib.text import is_storable


def validate_text(text: str) -> None:
    """Refuse what PostgreSQL cannot keep, with words instead of an error of the database."""
    if not is_storable(text):
        raise ValidationError(
            _("This contains a character that cannot be kept (a null character or half of one). Remove it."),
            code="unstorable",
        )


def validate_not_blank(text: str) -> None:
    """Refuse a name that is there and shows nothing."""
    if not text.strip():
        raise ValidationError(_("Write something that can be read."), code="blank")
