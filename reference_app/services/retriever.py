"""Finding the passages of uploaded texts that speak of a question.

The index is the database's own full-text search: all workers see what any of them stored, nothing
is rebuilt when a text comes in, and memory does not grow with the texts.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import UploadFile
from sqlalchemy import TextClause, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from reference_app.models.schemas import Source
from reference_app.services.database import documents
from reference_app.services.database import passages as passage_table
from reference_app.services.text import decoded, passages, terms

# A question may be as long as a text; its first words are enough to search for.
QUESTION_TERMS = 256
# Taking texts apart is work for a core; all cores at once would leave none for other requests.
AT_ONCE = 1


class SearchIndex(Protocol):
    """What differs between the databases."""

    add: TextClause
    find: TextClause

    def document(self, found: Iterable[str]) -> object:
        """The terms of a passage as `add` takes them."""

    def query(self, found: Iterable[str]) -> object:
        """The terms of a question as `find` takes them."""


class SqliteIndex:
    """FTS5, which ranks by BM25."""

    add = text("INSERT INTO passage_terms (rowid, terms) VALUES (:passage_id, :terms)")
    find = text(
        """
        SELECT filename, text, score FROM
            (SELECT rowid AS passage_id, -rank AS score FROM passage_terms
             WHERE passage_terms MATCH :terms ORDER BY rank, rowid LIMIT :top_k)
        JOIN passages ON passages.id = passage_id
        JOIN documents ON documents.id = document_id
        ORDER BY score DESC, passage_id
        """
    )

    def document(self, found: Iterable[str]) -> str:
        """Separated by spaces."""
        return " ".join(found)

    def query(self, found: Iterable[str]) -> str:
        """Any of them; quoted, so that none reads as an operator."""
        return " OR ".join(f'"{term}"' for term in found)


class PostgresIndex:
    """Arrays of terms, as PostgreSQL's own ranking has no notion of how rare a term is."""

    add = text("INSERT INTO passage_terms (passage_id, terms) VALUES (:passage_id, :terms)")
    find = text(
        """
        WITH hits AS (
            SELECT term, passage_id FROM unnest(CAST(:terms AS text[])) AS term
            JOIN passage_terms ON terms @> ARRAY[term]
        ), weights AS (
            SELECT term, ln(1 + (SELECT count(*) FROM passage_terms)::float / count(*)) AS weight
            FROM hits GROUP BY term
        ), best AS (
            SELECT passage_id, sum(weight) AS score FROM hits JOIN weights USING (term)
            GROUP BY passage_id ORDER BY score DESC, passage_id LIMIT :top_k
        )
        SELECT filename, text, score FROM best
        JOIN passages ON passages.id = passage_id
        JOIN documents ON documents.id = document_id
        ORDER BY score DESC, passage_id
        """
    )

    def document(self, found: Iterable[str]) -> list[str]:
        """Each once: how often makes no difference here."""
        return sorted(set(found))

    def query(self, found: Iterable[str]) -> list[str]:
        """As they are."""
        return list(found)


INDEXES: dict[str, SearchIndex] = {"sqlite": SqliteIndex(), "postgresql": PostgresIndex()}


class Retriever:
    """The texts that `/upload` takes in and `/ask` answers from."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._index = INDEXES[engine.dialect.name]
        self._limiter = CapacityLimiter(AT_ONCE)

    async def add(self, filename: str, file: UploadFile) -> bool:
        """Index an upload block by block; False, and nothing stored, if it is no UTF-8."""
        try:
            async for _ in decoded(file):
                pass
        except UnicodeDecodeError:
            return False
        document_id = await self._add_document(filename)
        # A transaction for each block: other writers get their turn in between.
        async for batch in passages(decoded(file)):
            await self._add_passages(document_id, [p.replace("\0", " ") for p in batch])
        return True

    async def search(self, question: str, top_k: int) -> list[Source]:
        """The best passages, best first."""
        wanted = list(dict.fromkeys(terms(question)))[:QUESTION_TERMS]
        if not wanted:
            return []
        parameters = {"terms": self._index.query(wanted), "top_k": top_k}
        async with self._engine.connect() as connection:
            rows = await connection.execute(self._index.find, parameters)
        return [Source.model_validate(row._asdict()) for row in rows]

    async def _add_document(self, filename: str) -> int:
        statement = insert(documents).values(filename=filename.replace("\0", " "))
        async with self._engine.begin() as connection:
            rows = await connection.execute(statement.returning(documents.c.id))
        document_id: int = rows.scalar_one()
        return document_id

    async def _add_passages(self, document_id: int, batch: Sequence[str]) -> None:
        if not batch:
            return
        found = await to_thread.run_sync(self._documents, batch, limiter=self._limiter)
        async with self._engine.begin() as connection:
            numbers = await _insert_passages(connection, document_id, batch)
            rows = [{"passage_id": number, "terms": document} for number, document in zip(numbers, found, strict=True)]
            await connection.execute(self._index.add, rows)

    def _documents(self, batch: Iterable[str]) -> list[object]:
        return [self._index.document(terms(passage)) for passage in batch]


async def _insert_passages(connection: AsyncConnection, document_id: int, batch: Sequence[str]) -> Sequence[int]:
    number = passage_table.c.id
    statement = insert(passage_table).returning(number, sort_by_parameter_order=True)
    rows = [{"document_id": document_id, "text": passage} for passage in batch]
    inserted = await connection.execute(statement, rows)
    return [row.id for row in inserted]
