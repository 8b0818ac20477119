"""Tests stand on two firms in a database of their own; see firmament/kernel/testing."""

from firmament.kernel.testing.database import django_db_setup
from firmament.kernel.testing.fixtures import *  # noqa: F403 - fixtures are found by name

__all__ = ["django_db_setup"]
