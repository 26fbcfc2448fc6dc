"""Guide sections 11 and 20: translation, and a custom error out of a type."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, WithJsonSchema

from reference_app.core.body_limit import LimitedRoute
from reference_app.core.errors import (
    BODY_ERRORS,
    MY_ERROR_OR_UNREADABLE,
    NoProvider,
    UnsupportedLanguageError,
    UpstreamFailure,
    UpstreamTimeout,
    documented,
)
from reference_app.dependencies import Model
from reference_app.models.schemas import Text, Translation

LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "zh": "Chinese"}


def _known(language: str) -> str:
    # No ValueError: pydantic lets it through, and its handler answers 400, not 422.
    if language not in LANGUAGES:
        raise UnsupportedLanguageError(language)
    return language


Language = Annotated[Text, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(LANGUAGES)})]


class TranslateRequest(BaseModel):
    """A text, and the language that it is wanted in."""

    text: Text
    target_lang: Language


router = APIRouter(tags=["documents"], route_class=LimitedRoute)


@router.post(
    "/translate",
    responses=BODY_ERRORS | MY_ERROR_OR_UNREADABLE | documented(UpstreamFailure, NoProvider, UpstreamTimeout),
)
async def translate(request: TranslateRequest, model: Model) -> Translation:
    """Translate a text."""
    translation = await model.translate(request.text, LANGUAGES[request.target_lang])
    return Translation(text=request.text, target_lang=request.target_lang, translation=translation)
