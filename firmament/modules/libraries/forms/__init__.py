"""What people bring and take away. Import from the submodules; the worker finds the import here."""

from firmament.modules.libraries.forms.importing import SNIPPET_IMPORT

__all__ = ["SNIPPET_IMPORT"]
