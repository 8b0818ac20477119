"""The web server's way in."""

import os
import signal
from typing import Any

from django.core.wsgi import get_wsgi_application

from firmament.lib.postgres_supervisor import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firmament.config.settings")
application = get_wsgi_application()


def in_worker() -> Any:
    """The application, called in each process of `serve`."""
    # Were the server's main process killed, its workers would hold the port and nobody would replace them.
    bind_to_parent = die_with_parent(signal.SIGKILL)
    if bind_to_parent:
        bind_to_parent()
    return application
