"""What granian calls for `bench.api`: the house with its peer beside it. The environment says where the database is."""

import os
from importlib import import_module
from typing import Any

import django


def served() -> Any:
    """The WSGI application."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firmament.config.settings")
    django.setup()
    from django.conf import settings

    settings.ROOT_URLCONF = "bench.drf_peer"
    # Only now: its models need the apps to be loaded.
    return import_module("bench.drf_peer").application_under_load()
