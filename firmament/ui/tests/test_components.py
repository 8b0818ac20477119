"""Components, rendered: what they say, what they escape, and how their parts are joined for a reader."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone, translation
from django_cotton.compiler_regex import CottonCompiler

from firmament.lib import instant
from firmament.ui import icons, readable, rich
from firmament.ui.shapes import Column, Paging
from firmament.ui.templatetags import ui
from firmament.ui.tests import gallery

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
NASTY = '"><img src=x onerror=alert(1)> \' " onfocus="alert(2)'


def draw(source: str, **values: Any) -> str:
    template = Template("{% load ui %}" + CottonCompiler().process(source))
    return template.render(Context({"csrf_token": "token", **values}))


@pytest.fixture(autouse=True)
def _at_a_fixed_moment():
    with instant.at(NOW), timezone.override("Europe/Berlin"), translation.override("en"):
        yield


@pytest.mark.parametrize("name", [*gallery.SHELLS, *gallery.FAULTS])
def test_a_page_leaves_no_component_undrawn(name):
    html = gallery.page(name)

    assert "<c-" not in html
    assert "{%" not in html
    assert "{{" not in html
    assert not re.search(r"<[^>]+\sstyle=", html)
    assert not re.search(r"<[^>]+\son[a-z]+=", html)


def test_error_pages_need_no_shell_and_have_a_fragment():
    alone = Template('{% include "ui/errors/500.html" %}').render(Context({"request_id": "abc"}))
    fragment = Template('{% include "ui/errors/404.html#fragment" %}').render(Context({}))

    assert "Something broke on our side" in alone
    assert 'data-copy="abc"' in alone
    assert "<html" not in fragment
    assert "There is nothing here" in fragment


@pytest.mark.parametrize(
    "source",
    [
        '<c-ui.button :label="text" :data-x="text" />',
        '<c-ui.button url="/x" :label="text" :title="text" />',
        '<c-ui.status :label="text" :data-x="text" />',
        '<c-ui.panel :title="text" :id="text">{{ text }}</c-ui.panel>',
        '<c-ui.action :url="text" :label="text" :confirm="text" />',
        '<c-ui.copy :text="text" />',
        '<c-ui.person :name="text" :about="text" :url="text" />',
        '<c-ui.fact :label="text" :value="text" />',
        '<c-ui.filter name="a" :label="text" :options="options" :value="text" />',
        '<c-ui.toast :text="text" :undo-url="text" />',
        '<c-ui.file :name="text" :note="text" />',
        '<c-ui.markdown :text="text" />',
    ],
)
def test_what_people_wrote_cannot_become_markup(source):
    html = draw(source, text=NASTY, options=[(NASTY, NASTY)])

    assert "<img" not in html
    for tag in re.findall(r"<[a-z][^<>]*>", html):
        outside_quotes = re.sub(r'"[^"]*"', "", tag)
        assert "onfocus" not in outside_quotes
        assert "onerror" not in outside_quotes


def test_leftover_attributes_are_escaped_even_when_they_look_quoted():
    html = draw('<c-ui.tag label="a" :data-x="text" />', text='"x" onclick=alert(1) y="z"')

    assert 'data-x="&quot;x&quot; onclick=alert(1) y=&quot;z&quot;"' in html


def test_a_component_does_not_see_the_names_around_it():
    html = draw('<c-ui.button label="Save" />', url="/elsewhere", icon="trash", kind="danger", size="small")

    assert html.strip().startswith('<button type="button" class="button ')
    assert "danger" not in html
    assert "small" not in html


class PersonForm(forms.Form):
    name = forms.CharField(help_text="As on invoices.")
    email = forms.EmailField(required=False)
    kind = forms.ChoiceField(choices=[("a", "One"), ("b", "Two")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="I agree")
    at = forms.SplitDateTimeField(required=False)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("Two things do not fit together.")


def test_a_field_joins_label_help_and_error_to_its_control():
    html = draw('<c-ui.field :field="form.name" />', form=PersonForm({"name": ""}))

    control = re.search(r"<input[^>]*>", html).group()
    assert 'aria-describedby="id_name_error id_name_help"' in control
    assert 'aria-invalid="true"' in control
    assert "required" in control
    assert '<label class="label" for="id_name">Name</label>' in html
    assert re.search(r'<p class="field-error" id="id_name_error">.*This field is required', html)
    assert '<p class="field-help" id="id_name_help">As on invoices.</p>' in html


def test_a_field_that_may_stay_empty_says_so():
    html = draw('<c-ui.field :field="form.email" />', form=PersonForm())

    assert "(optional)" in html


def test_a_group_of_choices_is_one_labelled_group():
    html = draw('<c-ui.field :field="form.kind" />', form=PersonForm({"kind": "b"}))

    assert "<legend>Kind</legend>" in html
    assert len(re.findall(r'<input type="radio"', html)) == 2
    assert re.search(r'value="b" id="id_kind_1" checked', html)


def test_a_form_sums_up_its_errors_and_keeps_what_was_written():
    html = draw('<c-ui.form :form="form" submit="Save" />', form=PersonForm({"name": "Ada", "email": "no"}))

    summary = re.search(r'<div class="error-summary".*?</div>', html, re.DOTALL).group()
    assert "Two things do not fit together." in summary
    assert '<a href="#id_email">Email</a>: Enter a valid email address.' in summary
    assert "Token: This field is required." in summary
    assert 'value="Ada"' in html
    assert 'value="token"' in html
    assert re.findall(r'id="(id_at_\d)"', html) == ["id_at_0", "id_at_1"]


def test_a_form_with_a_file_is_multipart():
    form = type("Upload", (forms.Form,), {"letter": forms.FileField()})()

    assert 'enctype="multipart/form-data"' in draw('<c-ui.form :form="form" submit="Send" />', form=form)


def test_a_table_says_how_it_is_sorted_and_where_to_go_next():
    columns = [
        Column(label="Client", sort_url="?sort=-name", direction="ascending"),
        Column(label="Fee", numeric=True, priority=3),
    ]

    html = draw(
        '<c-ui.table label="Clients" :columns="columns" :paging="paging" target="#rows"></c-ui.table>',
        columns=columns,
        paging=Paging(next_url="?after=x", words="50 of 120"),
    )

    assert 'aria-sort="ascending"' in html
    assert 'hx-get="?sort=-name" hx-target="#rows" hx-push-url="true"' in html
    assert '<th scope="col" class="desk-only num">Fee</th>' in html
    assert 'rel="next" href="?after=x"' in html
    assert "<form" not in html


def test_a_selectable_table_posts_its_rows_and_nests_no_form():
    html = draw(
        '<c-ui.table label="Clients" :columns="columns" selectable bulk-action="/bulk">'
        '<c-ui.row url="/1" value="7" name="Quill"><td><c-ui.menu id="m" label="More">'
        '<c-ui.menu_item post="/archive" label="Archive" confirm="Really?" /></c-ui.menu></td></c-ui.row>'
        "</c-ui.table>",
        columns=[],
    )

    assert len(re.findall("<form", html)) == 1
    assert 'name="selected" value="7" aria-label="Select Quill"' in html
    assert 'form="post-form" formaction="/archive"' in html
    assert 'data-confirm="Really?"' in html


def test_a_status_never_speaks_by_colour_alone():
    drawn = {tone: draw(f'<c-ui.status tone="{tone}" label="Word" />') for tone in gallery.TONES}

    shapes = {re.search(r"#([\w-]+)", html).group(1) for html in drawn.values()}
    assert len(shapes) == len(gallery.TONES)
    assert all("<span>Word</span>" in html for html in drawn.values())


def test_progress_asks_again_only_while_something_is_running():
    running = draw(
        '<c-ui.progress id="p" url="/p" state="running" :done="340" :total="1200" cancel-url="/c" />'
    )
    finished = draw(
        '<c-ui.progress id="p" url="/p" state="succeeded" :done="5" :total="5" cancel-url="/c" />'
    )

    assert 'hx-get="/p" hx-trigger="every 1s" hx-swap="outerMorph"' in running
    assert "340 / 1,200 · 28 %" in running
    assert 'formaction="/c"' in running
    assert "hx-get" not in finished
    assert "Cancel" not in finished


def test_the_timeline_shows_what_became_of_what():
    row = gallery.Activity(
        at=NOW - timedelta(hours=3),
        who="Bob Harbor",
        who_domain="staff",
        sentence="changed the client",
        changes=(gallery.Change(field="Owner", before="Bob", after="Ada"),),
    )

    html = draw('<c-ui.timeline :rows="rows" />', rows=[row])

    assert "Bob Harbor" in html
    assert "<del>Bob</del>" in html
    assert "<ins>Ada</ins>" in html
    assert ">3 hours ago</time>" in html


@dataclass(frozen=True)
class Case:
    style: str
    value: date | datetime
    words: str


@pytest.mark.parametrize(
    "case",
    [
        Case("date", date(2026, 3, 4), "Mar 4"),
        Case("date", date(2025, 3, 4), "Mar 4, 2025"),
        Case("full", datetime(2026, 3, 4, 23, 30, tzinfo=UTC), "Thursday, 5 March 2026, 00:30 CET"),
        Case("relative", NOW - timedelta(seconds=5), "just now"),
        Case("relative", NOW - timedelta(minutes=5), "5 minutes ago"),
        Case("relative", NOW + timedelta(hours=2), "in 2 hours"),
        Case("day", date(2026, 3, 13), "tomorrow"),
        Case("due", date(2026, 3, 12), "due today"),
        Case("due", date(2026, 3, 11), "1 day late"),
        Case("due", date(2026, 3, 10), "2 days late"),
        Case("due", date(2026, 3, 15), "due in 3 days"),
        Case("due", date(2026, 5, 1), "due May 1"),
        # 23:30 UTC is already the next day for a reader in Berlin.
        Case("due", datetime(2026, 3, 12, 23, 30, tzinfo=UTC), "due tomorrow"),
    ],
)
def test_moments_are_said_in_the_readers_zone(case):
    assert readable.moment(case.value, case.style) == case.words


def test_a_moment_is_absolute_on_hover_and_late_in_words_and_colour():
    html = str(ui.when(date(2026, 3, 10), "due"))

    assert html == (
        '<time datetime="2026-03-10" title="Tuesday, March 10, 2026" class="due-late">2 days late</time>'
    )


def test_numbers_follow_the_readers_language():
    with translation.override("de"):
        german = (ui.money(Decimal("1234.5"), "EUR"), ui.number(12345), ui.filesize(2_400_000))

    assert german == ("1.234,50\xa0€", "12.345", "2,4 MB")
    assert ui.money(Decimal("1234.5"), "EUR") == "€1,234.50"
    assert [ui.filesize(size) for size in (0, 1, 999, 1000, 999_499, 25_000_000)] == [
        "0 bytes",
        "1 byte",
        "999 bytes",
        "1 kB",
        "999 kB",
        "25 MB",
    ]


def test_initials_are_found_in_any_name():
    names = ["Ada Vale", "Quill & Sons", "Łukasz", "  ", "", "& Co", "jean-luc picard", "中村 健"]

    assert [ui.initials(name) for name in names] == ["AV", "QS", "Ł", "?", "?", "C", "JP", "中健"]


def test_an_icon_nobody_listed_is_refused():
    with pytest.raises(icons.UnknownIcon):
        icons.svg("no-such-icon")


def test_markdown_can_do_nothing_but_be_read():
    html = rich.html(
        "[x](javascript:alert(1)) <script>alert(2)</script> ![i](https://elsewhere.example/t.gif) **b**"
    )

    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<img" not in html
    assert "<strong>b</strong>" in html


def test_nothing_late_is_not_drawn_as_an_alarm():
    assert "stat-danger" in draw('<c-ui.stat label="Late" value="2" tone="danger" />')
    assert "stat-danger" not in draw('<c-ui.stat label="Late" value="0" tone="danger" />')
    assert "stat-danger" not in draw('<c-ui.stat label="Late" :value="none" tone="danger" />', none=0)
    assert '<span class="stat-value">0</span>' in draw('<c-ui.stat label="Late" :value="none" />', none=0)
