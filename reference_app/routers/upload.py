"""Guide section 16: uploads that are counted, bounded, and answerable if they are texts."""

from typing import Annotated

from fastapi import APIRouter, Depends, UploadFile

from reference_app.core.body_limit import KIBIBYTE, MEBIBYTE, LimitedRoute
from reference_app.core.errors import BODY_ERRORS, TooLarge
from reference_app.dependencies import Texts
from reference_app.models.schemas import Uploaded

LARGEST_FILE = 10 * MEBIBYTE


class UploadRoute(LimitedRoute):
    """A route that takes a file and the form around it."""

    max_body = LARGEST_FILE + 64 * KIBIBYTE


router = APIRouter(tags=["documents"], route_class=UploadRoute)


async def bounded(file: UploadFile) -> UploadFile:
    """The field `file`; Starlette keeps it on disk from 1 MiB on, so memory stays small."""
    if (file.size or 0) > LARGEST_FILE:
        raise TooLarge
    return file


@router.post("/upload", responses=BODY_ERRORS)
async def upload(file: Annotated[UploadFile, Depends(bounded)], texts: Texts) -> Uploaded:
    """Count a file, and index it if it is a text."""
    filename = file.filename or ""
    is_text = (file.content_type or "").startswith("text/")
    answerable = is_text and await texts.add(filename, file)
    return Uploaded(filename=filename, bytes=file.size or 0, answerable=answerable)
