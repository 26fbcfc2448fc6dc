"""Items, users and events, each change one statement, so that workers cannot interleave."""

import secrets
from typing import Any
from uuid import uuid4

import anyio
from sqlalchemy import Executable, Row, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.core.errors import NotFound
from reference_app.models.schemas import (
    SAFE_INTEGER,
    CreateItem,
    EventOut,
    EventPage,
    ItemOut,
    ItemPatch,
    Page,
    Usage,
    UserIn,
    UserOut,
)
from reference_app.services.database import documents, events, items, users

ITEM = (items.c.id, items.c.name, items.c.price)


class Store:
    """What the stores share."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _rows(self, statement: Executable) -> list[Row[Any]]:
        async with self._engine.begin() as connection:
            return list(await connection.execute(statement))

    async def _run(self, statement: Executable) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(statement)

    async def _count(self, table: Table) -> int:
        [row] = await self._rows(select(func.count()).select_from(table))
        count: int = row[0]
        return count


class ItemStore(Store):
    """Items in the order in which they came."""

    async def add(self, new: CreateItem) -> ItemOut:
        """Store an item under a new id."""
        item = ItemOut(id=uuid4().hex, name=new.name, price=new.price)
        await self._run(insert(items).values(item.model_dump()))
        return item

    async def get(self, item_id: str) -> ItemOut:
        """Read an item."""
        return await self._only(select(*ITEM).where(items.c.id == _searchable(item_id)))

    async def change(self, item_id: str, changes: ItemPatch) -> ItemOut:
        """Write the fields that are given."""
        if not changes:
            return await self.get(item_id)
        found = update(items).where(items.c.id == _searchable(item_id))
        return await self._only(found.values(changes).returning(*ITEM))

    async def remove(self, item_id: str) -> None:
        """Delete an item."""
        await self._only(delete(items).where(items.c.id == _searchable(item_id)).returning(*ITEM))

    async def page(self, limit: int, offset: int) -> Page[ItemOut]:
        """Items from `offset` on, oldest first: what comes later moves no page."""
        rows = await self._rows(select(*ITEM).order_by(items.c.position).limit(limit).offset(offset))
        found = [ItemOut.model_validate(row._asdict()) for row in rows]
        return Page(items=found, total=await self._count(items), limit=limit, offset=offset)

    async def _only(self, statement: Executable) -> ItemOut:
        rows = await self._rows(statement)
        if not rows:
            raise NotFound("Item not found")
        return ItemOut.model_validate(rows[0]._asdict())


class UserStore(Store):
    """People by number."""

    async def add(self, new: UserIn) -> UserOut:
        """Store a user under a number that cannot be guessed, as anyone may read it."""
        user = UserOut(user_id=secrets.randbelow(SAFE_INTEGER), **new.model_dump())
        await self._run(insert(users).values(user.model_dump()))
        return user

    async def get(self, user_id: int) -> UserOut:
        """Read a user; of a number that nobody has there is only the number."""
        rows = await self._rows(select(users).where(users.c.user_id == user_id))
        fields = rows[0]._asdict() if rows else {"user_id": user_id}
        return UserOut.model_validate(fields)


class EventStore(Store):
    """Events in the order in which their work was done."""

    async def record(self, message: str, work: float) -> None:
        """Do the work that an event stands for, then list the event (guide section 15)."""
        await anyio.sleep(work)
        await self._run(insert(events).values(message=message))

    async def page(self, limit: int, offset: int) -> EventPage:
        """Events from `offset` on, newest first."""
        rows = await self._rows(select(events).order_by(events.c.id.desc()).limit(limit).offset(offset))
        found = [EventOut.model_validate(row._asdict()) for row in rows]
        return EventPage(events=found, total=await self._count(events), limit=limit, offset=offset)


class UsageStore(Store):
    """How much there is of everything."""

    async def read(self) -> Usage:
        """Count the rows of each table."""
        return Usage(
            items=await self._count(items),
            users=await self._count(users),
            events=await self._count(events),
            documents=await self._count(documents),
        )


def _searchable(text: str) -> str:
    # PostgreSQL refuses to look for NUL. No id holds it, nor what it is replaced by.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")
