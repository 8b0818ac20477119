"""What the browser gets: vendored files unchanged, small enough, and every icon where it is expected."""

import gzip
import hashlib
import json
import re
from pathlib import Path

from firmament.ui import icons
from firmament.ui.shell import ACCENTS, PALETTES
from firmament.ui.templatetags.ui import MODULES, SHEETS

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "firmament" / "ui" / "static" / "ui"


def test_vendored_files_are_those_that_were_built():
    lock = json.loads((STATIC / "assets.lock.json").read_text())

    found = {
        name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        for folder in (STATIC / "vendor", ROOT / "firmament" / "kernel" / "testing" / "vendor")
        for name in [path.relative_to(ROOT).as_posix() for path in folder.iterdir()]
    }

    assert found == lock["sha256"]


def test_vendored_versions_are_those_of_the_package_lock():
    lock = json.loads((STATIC / "assets.lock.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    ours = json.loads((ROOT / "package.json").read_text())["devDependencies"]

    assert set(ours) < set(lock["packages"])
    assert lock["packages"] == {
        name: packages[f"node_modules/{name}"]["version"] for name in lock["packages"]
    }


def test_every_listed_icon_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor" / "icons.svg").read_text()))

    assert drawn == icons.names()


def test_a_first_visit_stays_far_below_its_budget():
    files = [STATIC / "css" / f"{name}.css" for name in SHEETS] + [
        STATIC / "js" / f"{name}.js" for name in MODULES
    ]
    files += [STATIC / "vendor" / "htmx.js", STATIC / "vendor" / "icons.svg", STATIC / "mark.svg"]
    fonts = [STATIC / "vendor" / "inter-latin.woff2", STATIC / "vendor" / "inter-latin-ext.woff2"]

    sent = sum(len(gzip.compress(path.read_bytes())) for path in files)
    sent += sum(path.stat().st_size for path in fonts)

    # 350 kB for a whole visit leaves 150 kB for the page itself and what a room adds.
    assert sent < 200_000


def test_charts_stay_within_their_own_budget():
    files = [STATIC / "vendor" / "echarts.js", STATIC / "js" / "charts.js"]

    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < 210_000


def test_the_engine_of_charts_builds_no_code_from_text():
    engine = (STATIC / "vendor" / "echarts.js").read_text()

    assert re.findall(r"\beval\(|new Function\b|Function\(\"", engine) == []


def test_every_palette_has_its_colours():
    tokens = (STATIC / "css" / "tokens.css").read_text()

    # The first is the product's own, defined at :root.
    assert [name for name in PALETTES[1:] if f".brand-{name} {{" not in tokens] == []


def test_papers_wear_the_colour_that_pages_wear_by_day():
    tokens = (STATIC / "css" / "tokens.css").read_text()
    for name, colour in ACCENTS.items():
        rule = tokens.partition(f".brand-{name} {{")[2].partition("}")[0]
        assert f"--brand-mark: light-dark({colour}," in rule
    assert tuple(ACCENTS) == PALETTES


def test_every_script_and_sheet_that_a_page_names_exists():
    missing = [name for name in SHEETS if not (STATIC / "css" / f"{name}.css").is_file()]
    missing += [name for name in MODULES if not (STATIC / "js" / f"{name}.js").is_file()]

    assert missing == []


def test_no_script_builds_code_from_text_or_style_from_markup():
    scripts = "\n".join(path.read_text() for path in sorted((STATIC / "js").glob("*.js")))

    assert (
        re.findall(r"\beval\(|new Function|innerHTML|setAttribute\(\"style\"|insertAdjacentHTML", scripts)
        == []
    )
