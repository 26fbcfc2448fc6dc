"""Guide sections 4, 6, 7, 8 and 10: items, from creation to deletion."""

from fastapi import APIRouter, Response, status

from reference_app.core.body_limit import LimitedRoute
from reference_app.core.errors import BODY_ERRORS, NotFound, documented
from reference_app.dependencies import Items, PageOf
from reference_app.models.schemas import CreateItem, ItemOut, ItemPatch, Page

router = APIRouter(prefix="/items", tags=["items"], route_class=LimitedRoute)


@router.post("", status_code=status.HTTP_201_CREATED, responses=BODY_ERRORS)
async def create_item(new: CreateItem, items: Items) -> ItemOut:
    """Store an item and answer it with its id."""
    return await items.add(new)


@router.get("")
async def list_items(page: PageOf, items: Items) -> Page[ItemOut]:
    """List a part of the items, oldest first."""
    return await items.page(page.limit, page.offset)


@router.get("/{item_id}", responses=documented(NotFound))
async def get_item(item_id: str, items: Items) -> ItemOut:
    """Read an item."""
    return await items.get(item_id)


@router.put("/{item_id}", responses=BODY_ERRORS | documented(NotFound))
async def replace_item(item_id: str, new: CreateItem, items: Items) -> ItemOut:
    """Write all of an item's fields."""
    return await items.change(item_id, {"name": new.name, "price": new.price})


@router.patch("/{item_id}", responses=BODY_ERRORS | documented(NotFound))
async def update_item(item_id: str, changes: ItemPatch, items: Items) -> ItemOut:
    """Write the fields that are given."""
    return await items.change(item_id, changes)


@router.delete(
    "/{item_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,  # the default one would name a media type for no content
    responses=documented(NotFound),
)
async def delete_item(item_id: str, items: Items) -> None:
    """Delete an item."""
    await items.remove(item_id)
