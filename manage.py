#!/usr/bin/env python3
"""Firmament's command line."""

import os
import sys

from django.core.management import execute_from_command_line

# Commands that change the schema or read across firms connect with more than the application's role.
PRIVILEGED = {"upgrade", "migrate", "doctor", "backup", "restore", "create_firm", "sqlmigrate", "showmigrations"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firmament.config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in PRIVILEGED:
        os.environ["FIRMAMENT_PRIVILEGED"] = "1"
    execute_from_command_line(sys.argv)
