import gc
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection, connections
from django.urls import get_resolver
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from firmament.config.database import holds_demo
from firmament.config.environment import environment
from firmament.config.logging import logging_config
from firmament.config.wsgi import application
from firmament.kernel.tenancy.engine.base import DatabaseWrapper

# A request that has not ended by then is cut off; `run` waits a little longer before it kills.
PATIENCE_S = 8


class Command(BaseCommand):
    help = "Serve pages and API on FIRMAMENT_BIND:FIRMAMENT_PORT until told to stop (SIGTERM or SIGINT)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        env = environment()
        self._refuse_demo_in_public()
        # Everything is loaded before the processes fork, so that they share it and answer at once.
        assert application and get_resolver().url_patterns
        self._let_go_of_the_database()
        gc.collect()
        gc.freeze()
        Server(
            "firmament.config.wsgi:in_worker",
            factory=True,
            interface=Interfaces.WSGI,
            address=env.bind,
            port=env.port,
            workers=env.web_processes,
            blocking_threads=env.web_threads,
            respawn_failed_workers=True,
            respawn_interval=0.5,
            workers_kill_timeout=PATIENCE_S,
            websockets=False,
            log_level=LogLevels.warning,
            log_dictconfig=logging_config(env.log_level),
        ).serve()

    def _let_go_of_the_database(self) -> None:
        """Close the pool too: forked along, it would be one set of sockets in several processes, and without the
        threads that open new ones after the database was restarted."""
        held = connections["default"]
        assert isinstance(held, DatabaseWrapper)
        held.close()
        held.close_pool()

    def _refuse_demo_in_public(self) -> None:
        try:
            demo = holds_demo(connection)
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {error}") from None
        if demo and not environment().is_loopback:
            raise CommandError(
                "This database holds the demo firm, whose passwords were printed on a screen. It is not served "
                f"at {environment().public_url}; use a home or a DATABASE_URL of its own for real work."
            )
