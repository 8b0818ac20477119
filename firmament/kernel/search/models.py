"""The index: an entry for each object that can be found, and the parts of its text."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from firmament.kernel.tenancy.models import FirmForeignKey, FirmModel
from firmament.lib.instant import now


class Entry(FirmModel):
    """One object that can be found, with everything that decides who may find it.

    `address_id` is the object whose page opens (a contact opens its client). `facts` are the plain fields that the
    rules of its kind ask about, as "path=value". `language` is the name of a text search configuration. `digest`
    tells whether the text has changed, so that vectors outlive a change of state.
    """

    client_path: ClassVar[str | None] = "client_id"
    engagement_path: ClassVar[str | None] = "engagement_id"

    kind = models.CharField(max_length=80)
    object_id = models.UUIDField()
    address_id = models.UUIDField()
    title = models.CharField(max_length=300)
    subtitle = models.CharField(max_length=300, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    engagement_id = models.UUIDField(null=True, blank=True)
    owner_id = models.UUIDField(null=True, blank=True)
    team_id = models.UUIDField(null=True, blank=True)
    classification = models.CharField(max_length=12, blank=True)
    facts = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    language = models.CharField(max_length=32, default="simple")
    digest = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "kind", "object_id"], name="search_entry_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "client_id"], name="search_entry_of_client"),
            models.Index(fields=["firm", "language"], name="search_entry_language"),
        ]

    def __str__(self) -> str:
        return self.title


class Chunk(FirmModel):
    """A part of an entry's text: small enough for a vector to mean something, found by its words at once.

    `model` is the code of the model that made the vector; "" while it waits for one. The vector itself stands in the
    column `embedding`, which `schema.py` adds where the server has pgvector, so that it is unknown to the ORM.
    """

    client_path: ClassVar[str | None] = "entry__client_id"
    engagement_path: ClassVar[str | None] = "entry__engagement_id"

    entry = FirmForeignKey(Entry, on_delete=models.CASCADE)
    ordinal = models.PositiveIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    # The firm's own words about the object: never an answer to somebody on the client's side.
    internal = models.BooleanField(default=False)
    tsv = SearchVectorField()
    model = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "entry", "ordinal"], name="search_chunk_in_order"),
        ]
        indexes = [
            # Without fastupdate a search never reads through a list of what is not merged yet.
            GinIndex(fields=["firm", "tsv"], name="search_chunk_words", fastupdate=False),
            models.Index(fields=["firm", "model"], name="search_chunk_by_model"),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.ordinal}"


class Frequency(FirmModel):
    """How many of the firm's chunks hold a word (a lexeme): a rare word says more about what is meant.

    The row of the word "" holds how many chunks there were when they were counted. Words that stand nearly nowhere have
    no row. It weighs what is found and shows nothing, so it need not be right to the second.
    """

    word = models.CharField(max_length=80, blank=True)
    chunks = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "word"], name="search_frequency_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word} {self.chunks}"
