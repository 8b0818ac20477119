#!/usr/bin/env python3
"""Draw every page of the component gallery with Chromium, for people to look at.

    .venv/bin/python scripts/preview_ui.py OUT [page …]

writes OUT/<page>-<width>-<theme>.png. Needs no database and no server.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import django  # noqa: E402  (the package is found by the line above)
from django.conf import settings  # noqa: E402

LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
            )
        ],
    )
]
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.staticfiles",
        "django_cotton.apps.SimpleAppConfig",
        "template_partials.apps.SimpleAppConfig",
        "firmament.ui",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": LOADERS,
                "builtins": [
                    "django_cotton.templatetags.cotton",
                    "template_partials.templatetags.partials",
                    "django.templatetags.i18n",
                    "django.templatetags.static",
                ],
                "context_processors": ["django.template.context_processors.request"],
            },
        }
    ],
    SECRET_KEY="only-for-pictures",  # noqa: S106  (signs nothing that leaves this process)
    STATIC_URL="/static/",
    USE_TZ=True,
    TIME_ZONE="Europe/Berlin",
)
django.setup()

from firmament.ui.tests import browser, gallery  # noqa: E402  (needs the settings above)
from firmament.ui.tests.chromium import chromium  # noqa: E402

WIDTHS = {"1440": (1440, 900), "1024": (1024, 800), "390": (390, 844)}


def main(out: Path, names: list[str]) -> None:
    """Write the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as started:
        for name in names or [*gallery.SHELLS, *gallery.FAULTS]:
            for width, (x, y) in WIDTHS.items():
                for theme in ("light", "dark"):
                    with browser.open_page(started, name, theme=theme, size=(x, y)) as opened:
                        opened.page.screenshot(path=str(out / f"{name}-{width}-{theme}.png"), full_page=True)
                        for trouble in opened.troubles:
                            print(f"{name} {width} {theme}: {trouble}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
