"""The tree and its proofs, against cases that others made and against brute force."""

import base64
import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from firmament.lib.merkle import (
    EMPTY,
    Frontier,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
    node_hash,
    root_of,
    span_root,
    verify_consistency,
    verify_inclusion,
)

CASES = Path(__file__).parents[4] / "shared" / "cases" / "merkle"
LEAVES = [leaf_hash(str(n).encode()) for n in range(300)]


def cases(name: str) -> list[dict]:
    path = CASES / name
    return json.loads(path.read_text()) if path.exists() else []


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962 §2.1 writes it down."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def prove(leaves: list[bytes], spans: list[tuple[int, int]]) -> list[bytes]:
    return [
        span_root(lambda level, n: by_definition(leaves[n << level : (n + 1) << level]), *s) for s in spans
    ]


@pytest.mark.skipif(not (CASES / "golden.json").exists(), reason="the cases are not beside the project")
def test_roots_and_hashes_are_those_of_the_golden_cases():
    golden = json.loads((CASES / "golden.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(leaf)) for leaf in golden["leaves_hex"]]

    assert [root_of(leaves[:size]).hex() for size in range(9)] == golden["roots_by_tree_size"]
    for case in golden["hash_cases"]:
        if "leaf_utf8" in case:
            assert leaf_hash(case["leaf_utf8"].encode()).hex() == case["expected"]
        elif "left_utf8" in case:
            assert (
                node_hash(case["left_utf8"].encode(), case["right_utf8"].encode()).hex() == case["expected"]
            )


@pytest.mark.parametrize("case", cases("inclusion.json"), ids=lambda case: case["file"])
def test_an_inclusion_proof_gets_the_verdict_of_the_cases(case):
    verdict = verify_inclusion(
        index=case["leafIdx"],
        size=case["treeSize"],
        leaf=raw(case["leafHash"]),
        proof=[raw(step) for step in case["proof"] or []],
        root=raw(case["root"]),
    )

    assert verdict is not case["wantErr"]


@pytest.mark.parametrize("case", cases("consistency.json"), ids=lambda case: case["file"])
def test_a_consistency_proof_gets_the_verdict_of_the_cases(case):
    verdict = verify_consistency(
        old=case["size1"],
        new=case["size2"],
        old_root=raw(case["root1"]),
        new_root=raw(case["root2"]),
        proof=[raw(step) for step in case["proof"] or []],
    )

    assert verdict is not case["wantErr"]


def test_nothing_is_proven_of_an_empty_tree_or_by_hashes_of_another_length():
    root = root_of(LEAVES[:2])

    assert not verify_inclusion(index=0, size=0, leaf=LEAVES[0], proof=[], root=EMPTY)
    assert not verify_inclusion(index=0, size=1, leaf=b"", proof=[], root=b"")
    assert not verify_inclusion(index=-1, size=2, leaf=LEAVES[0], proof=[LEAVES[1]], root=root)
    assert not verify_inclusion(index=0, size=2, leaf=LEAVES[0], proof=[LEAVES[1] + b"\x00"], root=root)
    assert not verify_consistency(old=0, new=1, old_root=EMPTY, new_root=LEAVES[0], proof=[LEAVES[0]])
    assert not verify_consistency(old=1, new=2, old_root=LEAVES[0], new_root=root, proof=[])
    assert not verify_consistency(old=2, new=1, old_root=root, new_root=LEAVES[0], proof=[LEAVES[0]])


@given(size=st.integers(1, 130), data=st.data())
def test_every_leaf_is_proven_by_its_own_proof_and_by_no_other(size, data):
    index = data.draw(st.integers(0, size - 1))
    leaves = LEAVES[:size]
    proof = prove(leaves, inclusion_spans(index, size))
    root = by_definition(leaves)

    assert verify_inclusion(index=index, size=size, leaf=leaves[index], proof=proof, root=root)
    assert not verify_inclusion(index=index, size=size, leaf=LEAVES[size], proof=proof, root=root)
    assert not verify_inclusion(index=index, size=size, leaf=leaves[index], proof=[*proof, root], root=root)
    other = data.draw(st.integers(0, size + 3).filter(lambda n: n != index))
    assert not verify_inclusion(index=other, size=size, leaf=leaves[index], proof=proof, root=root)


@given(new=st.integers(1, 130), data=st.data())
def test_a_later_tree_is_proven_to_begin_with_the_earlier_one(new, data):
    old = data.draw(st.integers(1, new))
    proof = prove(LEAVES[:new], consistency_spans(old, new))
    roots = {"old_root": by_definition(LEAVES[:old]), "new_root": by_definition(LEAVES[:new])}

    assert verify_consistency(old=old, new=new, proof=proof, **roots)
    if old < new:
        forged = {**roots, "old_root": by_definition(LEAVES[1 : old + 1])}
        assert not verify_consistency(old=old, new=new, proof=proof, **forged)
        assert not verify_consistency(old=old, new=new, proof=[*proof, roots["new_root"]], **roots)
        assert not verify_consistency(old=old, new=new, proof=proof[:-1], **roots)


@given(st.integers(0, 200))
def test_the_root_that_grows_is_the_root_by_definition_and_goes_on_from_what_was_kept(size):
    complete: dict[tuple[int, int], bytes] = {}
    half = Frontier(complete=lambda level, index, found: complete.__setitem__((level, index), found))
    for leaf in LEAVES[: size // 2]:
        half.append(leaf)
    whole = Frontier(half.size, half.hashes, complete=half._complete)
    for leaf in LEAVES[size // 2 : size]:
        whole.append(leaf)

    assert whole.root() == by_definition(LEAVES[:size]) == root_of(LEAVES[:size])
    for (level, index), found in complete.items():
        assert found == by_definition(LEAVES[index << level : (index + 1) << level])
    assert len(complete) == sum(size >> level for level in range(1, 9))


def test_a_frontier_that_is_none_is_refused():
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(3, [LEAVES[0]])
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(1, [b"short"])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 65, 100])
def test_a_second_implementation_agrees_on_roots(size):
    tree = InmemoryTree(algorithm="sha256")
    for n in range(size):
        tree.append_entry(str(n).encode())

    assert tree.get_root() == root_of(LEAVES[:size])
