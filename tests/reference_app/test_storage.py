"""What the stores keep, whoever else writes meanwhile."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import anyio
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.core.config import Settings
from reference_app.core.errors import NotFound
from reference_app.models.schemas import CreateItem, ItemPatch
from reference_app.services.database import create_tables, open_database
from reference_app.services.storage import EventStore, ItemStore

pytestmark = pytest.mark.anyio

WORKERS = 4
WRITES = 25


def write_from_another_process(url: str) -> None:
    """Start as a worker does, then write."""

    async def work() -> None:
        engine = open_database(url)
        await create_tables(engine)
        for number in range(WRITES):
            await ItemStore(engine).add(CreateItem(name="pen", price=number))
        await engine.dispose()

    anyio.run(work)


def test_workers_that_start_and_write_together_lose_nothing(settings: Settings) -> None:
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as workers:
        list(workers.map(write_from_another_process, [settings.database_url] * WORKERS))

    async def total() -> int:
        engine = open_database(settings.database_url)
        page = await ItemStore(engine).page(1, 0)
        await engine.dispose()
        return page.total

    assert anyio.run(total) == WORKERS * WRITES


async def test_writes_at_once_in_one_process_lose_nothing(engine: AsyncEngine) -> None:
    async with anyio.create_task_group() as tasks:
        for number in range(60):
            tasks.start_soon(ItemStore(engine).add, CreateItem(name="pen", price=number))

    assert (await ItemStore(engine).page(100, 0)).total == 60


async def test_changes_of_different_fields_at_once_both_last(engine: AsyncEngine) -> None:
    items = ItemStore(engine)
    item = await items.add(CreateItem(name="pen", price=1))

    changes: list[ItemPatch] = [{"name": "brush"}, {"price": 2}]

    async with anyio.create_task_group() as tasks:
        for change in changes:
            tasks.start_soon(items.change, item.id, change)

    assert (await items.get(item.id)).model_dump() == {"id": item.id, "name": "brush", "price": 2}


@pytest.mark.parametrize("price", [-0.0, 0.1, 5e-324, sys.float_info.max])
async def test_a_price_is_kept_to_the_last_bit(price: float, engine: AsyncEngine) -> None:
    items = ItemStore(engine)
    item = await items.add(CreateItem(name="pen", price=price))

    assert (await items.get(item.id)).price.hex() == price.hex()


@pytest.mark.parametrize("item_id", ["", "\0", "' OR '1'='1", "%", "\N{REPLACEMENT CHARACTER}"])
async def test_an_odd_id_finds_nothing(item_id: str, engine: AsyncEngine) -> None:
    items = ItemStore(engine)
    await items.add(CreateItem(name="pen", price=1))

    with pytest.raises(NotFound):
        await items.get(item_id)


async def test_an_item_that_comes_in_meanwhile_moves_no_page(engine: AsyncEngine) -> None:
    items = ItemStore(engine)
    for number in range(4):
        await items.add(CreateItem(name=str(number), price=1))
    first = await items.page(2, 0)
    await items.add(CreateItem(name="late", price=1))

    second = await items.page(2, 2)

    assert [item.name for item in first.items + second.items] == ["0", "1", "2", "3"]


async def test_an_event_is_listed_only_after_its_work(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    events = EventStore(engine)
    during_work = []

    async def work(seconds: float) -> None:
        during_work.append((await events.page(10, 0)).total)

    monkeypatch.setattr("reference_app.services.storage.anyio.sleep", work)
    await events.record("done", 2)

    assert (during_work, (await events.page(10, 0)).total) == ([0], 1)


async def test_the_database_is_a_file_that_readers_share_with_a_writer(engine: AsyncEngine, tmp_path: Path) -> None:
    async with engine.begin() as writing:
        await writing.exec_driver_sql("BEGIN IMMEDIATE")

        assert (await ItemStore(engine).page(1, 0)).total == 0
