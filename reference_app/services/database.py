"""The tables, on SQLite or PostgreSQL, and the engine that reaches them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import UserDefinedType

# Longer than any one write takes, however many workers queue for the file.
BUSY_TIMEOUT = 30


class ExactDouble(UserDefinedType[float]):
    """A column that keeps every double: one declared REAL turns -0.0 into 0.0 in SQLite."""

    cache_ok = True

    def get_col_spec(self, **kwargs: Any) -> str:
        """The declared type that converts nothing."""
        return "BLOB"


Identity = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("position", Identity, primary_key=True, autoincrement=True),
    Column("id", String, unique=True, nullable=False),
    Column("name", Text, nullable=False),
    Column("price", Double().with_variant(ExactDouble(), "sqlite"), nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("user_id", Identity, primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    Column("age", Integer, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("message", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("filename", Text, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("id", Identity, primary_key=True, autoincrement=True),
    Column("document_id", ForeignKey(documents.c.id), nullable=False),
    Column("text", Text, nullable=False),
)

# The index that `retriever` searches: each database's own, and of no type that both know.
SEARCH_INDEX = {
    "sqlite": [
        # The terms are separated by spaces already. The tokenizer `ascii` leaves all other
        # scripts alone, where the default one would split words of many.
        "CREATE VIRTUAL TABLE IF NOT EXISTS passage_terms USING fts5(terms, content='', tokenize='ascii')",
    ],
    "postgresql": [
        (
            "CREATE TABLE IF NOT EXISTS passage_terms"
            " (passage_id bigint PRIMARY KEY REFERENCES passages, terms text[] NOT NULL)"
        ),
        "CREATE INDEX IF NOT EXISTS passage_terms_index ON passage_terms USING gin (terms)",
    ],
}

# Several workers start at once, and `IF NOT EXISTS` alone is no guard against a race.
LOCK = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(6272)"}


def open_database(url: str) -> AsyncEngine:
    """An engine for the URL; nothing is connected yet."""
    if not url.startswith("sqlite"):
        return create_async_engine(url, pool_pre_ping=True)
    engine = create_async_engine(url, connect_args={"timeout": BUSY_TIMEOUT})
    event.listen(engine.sync_engine, "connect", _configure_sqlite)
    return engine


async def create_tables(engine: AsyncEngine) -> None:
    """Make what is missing, once, however many workers ask."""
    async with engine.begin() as connection:
        await connection.exec_driver_sql(LOCK[engine.dialect.name])
        await connection.run_sync(_create_all)


def _create_all(connection: Connection) -> None:
    metadata.create_all(connection)
    for statement in SEARCH_INDEX[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _configure_sqlite(connection: Any, entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")  # readers do not wait for the writer
    cursor.execute("PRAGMA synchronous = NORMAL")  # safe with WAL, and far quicker
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
