"""What the tests of wordings share."""

from collections.abc import Iterator

import pytest

from firmament.kernel.wording import vocabulary


@pytest.fixture
def client_vocabulary() -> Iterator[None]:
    """The words for clients, whichever rooms are installed."""
    before = dict(vocabulary._terms)
    vocabulary.declare_vocabulary(
        "client",
        {
            "name": vocabulary.Term(label="The client’s name", sample="Ana & Co"),
            "vat_id": vocabulary.Term(label="The client’s VAT number", sample="ATU12345678"),
        },
    )
    yield
    vocabulary._terms.clear()
    vocabulary._terms.update(before)
