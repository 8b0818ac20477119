"""The template lint: each rule finds its own mistake, and the house has none."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("lint_templates", ROOT / "scripts" / "lint_templates.py")
assert SPEC is not None and SPEC.loader is not None
lint_templates = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lint_templates)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<p style="color: red"></p>', "inline style"),
        ("<style></style>", "inline style"),
        ("<script></script>", "inline script"),
        ('<a onclick="x()"></a>', "inline handlers"),
        ('<a hx-on:click="x()"></a>', "inline handlers"),
        ('<a hx-vals="js:{}"></a>', "evaluated script"),
        ('<img src="https://cdn.example/x.png">', "another host"),
        ('<script src="//cdn.example/x.js"></script>', "another host"),
        ('<a hx-get="/" hx-target="#a" hx-swap="none" hx-push-url="true"></a>', "4 htmx attributes"),
        ("<p>Hello there</p>", "text is not translated"),
        ('<input placeholder="Search here">', "is not translated"),
        ('<c-ui.nonsense label="{{ x }}" />', "does not exist"),
        ('<c-ui.panel titel="{{ x }}" />', "takes no 'titel'"),
        ('<c-ui.panel><c-slot name="acts">{{ x }}</c-slot></c-ui.panel>', "no component has a slot 'acts'"),
        ('<c-ui.stat :value="rows|length" />', "takes a variable alone"),
        ('<c-ui.stat :value="{{ rows }}" />', "takes a variable alone"),
        ('<c-ui.panel icon="nonsense" />', "icons.txt"),
        ('{% icon "nonsense" %}', "icons.txt"),
        ('<p class="text-muted">{{ x }}</p>', "vocabulary"),
        ("<p {{ attrs }}></p>", "does not escape"),
        ("{{ x|safe }}", "escaping"),
    ],
)
def test_a_mistake_is_found_on_its_line(source, words, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("{# the first line #}\n" + source)

    found = lint_templates.lint(page)

    assert len(found) == 1, found
    assert found[0].startswith(f"{page}:2: ")
    assert words in found[0]


def test_an_address_without_its_firm_is_found_in_a_room(tmp_path):
    page = tmp_path / "modules" / "page.html"
    page.parent.mkdir()
    page.write_text(
        "<a href=\"{% url 'clients:list' %}\">{{ x }}</a><a href=\"{% url 'account_logout' %}\">{{ x }}</a>"
    )

    assert [line.split(": ")[1] for line in lint_templates.lint(page)] == [
        "{% url %} loses the firm; use {% link %}"
    ]


def test_a_good_page_is_left_alone(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '{% extends "ui/workspace.html" %}{% load i18n ui %}'
        "{% block content_class %} content-wide{% endblock %}{% block content %}"
        '<c-ui.panel title="{% translate "Clients & others" %}" hx-get="/x" id="{{ id }}">'
        "{% blocktranslate %}Hello {{ name }}, how are you?{% endblocktranslate %} &nbsp; 12 % · "
        '<a class="button button-{{ kind }}{% if x %} button-small{% endif %}" href="/y">{% translate "Go" %}</a>'
        "{% comment %}<p style='x'>not drawn</p>{% endcomment %}</c-ui.panel>{% endblock %}"
    )

    assert lint_templates.lint(page) == []


def test_the_look_of_the_house_follows_its_own_rules():
    own = [path for path in lint_templates.templates() if "ui" in path.relative_to(ROOT).parts[:2]]

    assert [line for path in own for line in lint_templates.lint(path)] == []
    assert len(own) > 50


def test_every_component_is_in_the_reference_and_the_reference_names_no_other():
    page = (ROOT / "docs" / "reference" / "components.md").read_text()

    written = set(re.findall(r"<(c-ui\.\w+)", page))

    assert written == set(lint_templates.components())


def test_every_class_offered_to_templates_exists():
    page = (ROOT / "docs" / "reference" / "components.md").read_text()
    offered = re.findall(r"`([a-z][\w -]*)`", page.partition("## Classes a template may write")[2])

    names = {name for words in offered for name in words.split()}

    assert names - lint_templates.known_classes() == set()
    assert len(names) > 40
