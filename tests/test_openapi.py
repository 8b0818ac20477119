"""The API's document: kept, reviewed when it changes, and true."""

import json
import re

from firmament.kernel.api.instance import api
from firmament.kernel.api.management.commands.openapi import KEPT, document


def test_the_kept_document_is_the_api_as_it_is():
    assert KEPT.read_text() == document(), "Look at the change, then: manage.py openapi --write"


def operations():
    for path, methods in json.loads(document())["paths"].items():
        for method, described in methods.items():
            yield path, method, described


def test_every_operation_names_its_power_and_every_answer_it_may_give():
    for path, method, described in operations():
        answers = set(described["responses"])

        assert re.search(r"Power: `\w+\.\w+`", described["description"]), f"{method} {path}"
        assert {"400", "401", "403", "422", "429", "500", "503"} <= answers, f"{method} {path}"
        assert "404" in answers or "{" not in path, f"{method} {path}"


def test_operations_are_named_once():
    names = [described["operationId"] for _path, _method, described in operations()]

    assert len(names) == len(set(names))
    assert names


def test_a_name_means_one_schema_in_all_rooms():
    """ninja keeps one of two that are called the same, and the document then lies about the other's operations."""
    document()
    known = {}
    for op in api.operations_by_id().values():
        for model in filter(None, (*op.response_models.values(), *op.models)):
            # ninja's own wrapper is nobody's schema; what it is made of stands in the document by name.
            for name, described in model.model_json_schema().get("$defs", {}).items():
                shape = {key: described.get(key) for key in ("properties", "required", "enum")}
                assert known.setdefault(name, shape) == shape, name
    assert len(known) >= 20
