#!/usr/bin/env python3
"""Firmament's command line."""

import os
import runpy
import sys

from django.core.management import execute_from_command_line

from firmament.config.database import hold
from firmament.config.environment import SettingsWrong, environment, share_metrics
from firmament.lib.postgres_binaries import PostgresFailed

# Commands that change the schema or read across firms connect with more than the application's role.
PRIVILEGED = {
    "upgrade",
    "migrate",
    "doctor",
    "backup",
    "restore",
    "create_firm",
    "create_operator",
    "load_demo",
    "end_operator",
    "sqlmigrate",
    "showmigrations",
}
# These make the database if it is not there.
MAKING = {"upgrade", "restore"}
# These ask nothing of it, or make one of their own.
WITHOUT_DATABASE = {"", "help", "check", "makemigrations", "makemessages", "compilemessages", "collectstatic"}
WITHOUT_DATABASE |= {"audit_events", "evaluate_search", "macro_steps", "openapi", "permissions"}
WITHOUT_DATABASE |= {"version", "--version", "--help", "-h"}


def main(arguments: list[str]) -> None:
    command = arguments[1] if len(arguments) > 1 else ""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firmament.config.settings")
    if command == "run":
        # It supervises the others and starts faster without Django.
        runpy.run_module("firmament.config.run", run_name="__main__")
        return
    if command in PRIVILEGED:
        os.environ["FIRMAMENT_PRIVILEGED"] = "1"
    try:
        if command == "serve":
            share_metrics(environment().home)
        if command not in WITHOUT_DATABASE and not {"--help", "-h"} & set(arguments):
            hold(environment(), prepare=command in MAKING)
        execute_from_command_line(arguments)
    except (SettingsWrong, PostgresFailed) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv)
