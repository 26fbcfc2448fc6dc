"""An API of as many operations as OPERATIONS says: collections that are listed, created, read, replaced and deleted."""

import os
from typing import Annotated

from fastapi import APIRouter, FastAPI, HTTPException, Query
from pydantic import BaseModel, Field

OPERATIONS = int(os.environ.get("OPERATIONS", "10"))
MOST_KEPT = 500


class ThingIn(BaseModel):
    """What a create and a replacement are sent."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    amount: Annotated[int, Field(ge=0, le=1000)] = 0
    price: Annotated[float, Field(ge=0)]
    tags: Annotated[list[str], Field(max_length=10)] = []


class Thing(ThingIn):
    """What is stored and answered."""

    id: int


def collection(name: str) -> APIRouter:
    """Give the five operations of one collection, each with a store of its own."""
    router = APIRouter(prefix=f"/{name}", tags=[name])
    things: dict[int, Thing] = {}

    def found(thing_id: int) -> Thing:
        if thing_id not in things:
            raise HTTPException(404, "Not found")
        return things[thing_id]

    @router.get("", operation_id=f"list_{name}")
    async def list_things(
        skip: Annotated[int, Query(ge=0, le=10**6)] = 0, limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> list[Thing]:
        return list(things.values())[skip : skip + limit]

    @router.post("", status_code=201, operation_id=f"create_{name}")
    async def create_thing(new: ThingIn) -> Thing:
        if len(things) >= MOST_KEPT:
            del things[next(iter(things))]
        thing = Thing(id=max(things, default=0) + 1, **new.model_dump())
        things[thing.id] = thing
        return thing

    @router.get("/{thing_id}", operation_id=f"read_{name}")
    async def read_thing(thing_id: int) -> Thing:
        return found(thing_id)

    @router.put("/{thing_id}", operation_id=f"replace_{name}")
    async def replace_thing(thing_id: int, new: ThingIn) -> Thing:
        found(thing_id)
        things[thing_id] = Thing(id=thing_id, **new.model_dump())
        return things[thing_id]

    @router.delete("/{thing_id}", status_code=204, operation_id=f"delete_{name}")
    async def delete_thing(thing_id: int) -> None:
        found(thing_id)
        del things[thing_id]

    return router


app = FastAPI(title="Collections", version="1.0.0")
for number in range(OPERATIONS // 5):
    app.include_router(collection(f"things{number}"))
