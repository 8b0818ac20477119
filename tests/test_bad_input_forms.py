"""Every text field of every form of the rooms takes whatever can be typed or sent.

What is sent is stored and returned as it was, or refused beside its field. Nothing breaks and nothing runs.
"""

from tests.filling import KEPT_NOWHERE, LONG, TAMPERED, deal, prepared, quiet, report, strings, undone
from tests.filling import fillings as fillings  # fixtures are found by name
from tests.walking import read, send

__all__ = ["fillings", "prepared", "quiet", "strings"]

# The forms of other rooms have a file of their own, so that two processes share the work.
ROOMS = ("clients:", "engagements:", "grants:", "documents:")


def test_what_is_typed_is_kept_somewhere(fillings) -> None:
    """Otherwise the next test could not tell whether it was kept as it was."""
    lost = {
        (filling.name, one.name)
        for filling in fillings
        for one in filling.form.texts
        if one.name not in filling.places and one.kind not in ("password", "search")
    }
    assert lost <= KEPT_NOWHERE, lost - KEPT_NOWHERE


def test_every_question_takes_every_string(fillings, strings) -> None:
    mine = [filling for filling in fillings if filling.name.startswith(ROOMS)]
    asked = deal(mine, strings)
    print(f"{len(mine)} forms, {asked} questions, {len(strings)} strings", end=", ")
    report(mine)
    assert len(mine) >= 18 and asked >= 17


def test_a_megabyte_is_stored_or_refused_beside_its_field(fillings) -> None:
    posts = [filling for filling in fillings if filling.form.method == "post"]
    for filling in posts:
        for one in filling.form.texts:
            filling.take({one.name: LONG})
    report(posts)


def test_what_nobody_types_is_refused(fillings) -> None:
    """Choices, days, numbers and hidden fields hold whatever a program sends, all of them at once."""
    sent = 0
    for filling in fillings:
        others = {f.name for f in filling.form.fields if not f.is_text and f.name != "csrfmiddlewaretoken"}
        for text in TAMPERED if others else ():
            values = {**filling.plain, **dict.fromkeys(others, text)}
            with undone():
                response = send(filling.browser, filling.form, [*values.items(), *filling.form.pressed])
                sent += 1
                assert response.status_code < 500, (filling.name, text)
                if response.status_code in (200, 422):
                    filling.look(read(response, filling.form.action, whole=False))
    print(f"{sent} forms with values that are no choice", end=", ")
    report(fillings)
    assert sent >= 100
