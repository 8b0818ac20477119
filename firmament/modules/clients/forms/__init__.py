"""What people fill in. Import from the submodules; the worker finds the import here."""

from firmament.modules.clients.forms.importing import CLIENT_IMPORT

__all__ = ["CLIENT_IMPORT"]
