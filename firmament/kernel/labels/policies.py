"""Who sorts the firm's things: tags and folders."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import (
    EVERY_ROLE,
    MANAGER,
    PARTNER,
    STAFF,
    Power,
    declare,
    stands_open,
)


class Can(Power):
    VIEW = "labels.view"
    CREATE_TAGS = "labels.create_tags"
    MANAGE_TAGS = "labels.manage_tags"
    MANAGE_FOLDERS = "labels.manage_folders"


declare(Can.VIEW, title=_("See tags and folders"), roles=EVERY_ROLE)
declare(Can.CREATE_TAGS, title=_("Make new tags"), roles=(PARTNER, MANAGER, STAFF))
declare(Can.MANAGE_TAGS, title=_("Rename, merge and delete tags"), roles=(PARTNER, MANAGER))
declare(Can.MANAGE_FOLDERS, title=_("Make, rename, move and delete folders"), roles=(PARTNER, MANAGER))

stands_open(
    "labels.Tag", reason="words that the firm sorts by; what carries them is asked for by its own power"
)
stands_open("labels.TagRemoval", reason="what a tag was; holds ids only")
stands_open("labels.Folder", reason="the firm's own trees; what lies in them is asked for by its own power")
