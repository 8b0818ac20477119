"""Signed notes and checkpoints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmament.lib.notes import (
    Checkpoint,
    NoteWrong,
    Signer,
    read_checkpoint,
    read_note,
    read_signer,
    read_verifier,
    sign_note,
    signed_by,
)

# The example of golang.org/x/mod/sumdb/note, whose form C2SP took over.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_the_published_example_of_the_form_is_read_verified_and_made_anew():
    signer = read_signer(PETER)

    assert str(signer.verifier) == PETER_PUBLIC == str(read_verifier(PETER_PUBLIC))
    assert signed_by(NOTE, [signer.verifier]) == ["c74f20a3"]
    assert sign_note(read_note(NOTE)[0], [signer]) == NOTE
    assert signer.private_text() == PETER
    assert signer.seed.hex() not in repr(signer)


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back_as_it_was_and_no_byte_of_it_can_change(size, root):
    signer = Signer.new("desk.example.com/w/acme")
    note = sign_note(Checkpoint(origin=signer.name, size=size, root=root).text, [signer])

    found = read_checkpoint(read_note(note)[0])
    assert (found.origin, found.size, found.root) == (signer.name, size, root)
    assert signed_by(note, [signer.verifier])
    assert not signed_by(note.replace(f"\n{size}\n", f"\n{size + 1}\n", 1), [signer.verifier])
    assert not signed_by(note, [Signer.new(signer.name).verifier])


def test_a_note_of_two_keys_names_both():
    one, two = Signer.new("log"), Signer.new("log")
    note = sign_note("log\n1\n" + "A" * 43 + "=\n", [one, two])

    assert signed_by(note, [one.verifier, two.verifier]) == [one.verifier.key_id, two.verifier.key_id]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        "log\n01\n" + "A" * 43 + "=\n",
        "log\n-1\n" + "A" * 43 + "=\n",
        "log\n1\nAAAA\n",
        "\n1\n" + "A" * 43 + "=\n",
        "log\n1\n!\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteWrong):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "note", ["", "text\n", "text\n\n- log AAAA\n", "text\n\n— log AAAA\n", "a\n\n— log !\n"]
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteWrong):
        read_note(note)


@pytest.mark.parametrize(
    "key", ["", "a+b", "log+00000000+AQ==", PETER_PUBLIC.replace("c74f20a3", "c74f20a4")]
)
def test_what_is_no_key_is_refused(key):
    with pytest.raises(NoteWrong):
        read_verifier(key)
    with pytest.raises(NoteWrong):
        read_signer(f"PRIVATE+KEY+{key}")
