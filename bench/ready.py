"""Import this first: it starts a database cluster of its own, then Django upon it."""

import os

import django

from firmament.kernel.testing import cluster

cluster.ensure()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firmament.config.settings")
django.setup()
