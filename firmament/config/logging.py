"""Logs: one JSON object a line on standard error, with the request's id and no personal data."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# PostgreSQL puts the offending row into DETAIL, and a statement's parameters into CONTEXT.
_ROW_CONTENT = re.compile(r"^(DETAIL|CONTEXT|HINT):.*$", re.MULTILINE)

Line = MutableMapping[str, Any]


def without_row_content(_logger: Any, _method: str, line: Line) -> Line:
    """Blank what the database quotes from people's rows."""
    for key in ("event", "exception"):
        if isinstance(line.get(key), str):
            line[key] = _ROW_CONTENT.sub(r"\1: (left out)", line[key])
    return line


def without_paths(_logger: Any, _method: str, line: Line) -> Line:
    """Keep addresses out: a path may hold a signed link. The request's own line names its route."""
    record = line.get("_record")
    if record is not None and record.name == "django.request":
        line["event"] = "request failed"
        line["status"] = getattr(record, "status_code", None)
    return line


CHAIN: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(allow=["route", "status", "method", "milliseconds", "job", "run_id"]),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    without_paths,
    structlog.processors.format_exc_info,
    without_row_content,
]


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": CHAIN,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
                ],
            }
        },
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["lines"], "level": level},
        "loggers": {
            # Django brings handlers of its own; lines would appear twice, and once not as JSON.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # 4xx are no faults of ours, and each has its own line.
            "django.request": {"level": "ERROR"},
            # Scanners try every host name there is.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING"},
            "psycopg.pool": {"level": "WARNING"},
        },
    }


def configure_structlog() -> None:
    """Let structlog's own loggers end in the same lines."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *CHAIN[:3],
            *CHAIN[4:5],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
