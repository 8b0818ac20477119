"""How static files are named and kept."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Names carry a hash of the content, so browsers may keep a file for ever; brotli and gzip stand beside it."""

    # Without it a module would import its neighbour under the plain name, and an old copy after an upgrade.
    support_js_module_import_aggregation = True
