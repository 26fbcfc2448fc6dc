"""Requests and responses (guide sections 6 and 7). The rules are in the types."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, AllowInfNan, BaseModel, Field, StringConstraints
from typing_extensions import TypedDict

# The whole numbers that every JSON reader keeps exact; larger ones no database column holds.
SAFE_INTEGER = 2**53 - 1


def _encodable(text: str) -> str:
    text.encode()  # fails on a lone surrogate, which JSON lets in and no answer can carry
    return text


Text = Annotated[str, AfterValidator(_encodable)]
# PostgreSQL stores any text but NUL.
StoredText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
Price = Annotated[float, AllowInfNan(False)]
Age = Annotated[int, Field(ge=0, le=130)]


class ErrorDetail(BaseModel):
    """An error, as FastAPI words it."""

    detail: str


class ErrorMessage(BaseModel):
    """The guide's custom error."""

    error: str


class Message(BaseModel):
    """A greeting."""

    message: str


class Health(BaseModel):
    """The process is alive."""

    status: Literal["ok"] = "ok"


class Accepted(BaseModel):
    """It is done, or will be."""

    ok: Literal[True] = True


class SyncMode(BaseModel):
    """Answered in a thread."""

    mode: Literal["sync"] = "sync"


class AsyncMode(BaseModel):
    """Answered on the event loop."""

    mode: Literal["async"] = "async"


class SearchEcho(BaseModel):
    """What was searched for."""

    q: str
    limit: int


class CreateItem(BaseModel):
    """A new item, or all of an item's fields."""

    name: Name
    price: Price


# No model: in a typed dict a field that is left out is simply not there.
class ItemPatch(TypedDict, total=False):
    """Some of an item's fields."""

    name: Name
    price: Price


class ItemOut(BaseModel):
    """A stored item, and nothing else that is known of it."""

    id: str
    name: str
    price: float


class UserIn(BaseModel):
    """A new user."""

    email: StoredText
    age: Age


class UserOut(BaseModel):
    """A user; only the number, where nobody has it."""

    user_id: int
    email: str | None = None
    age: int | None = None


class EventOut(BaseModel):
    """An event whose work is done."""

    id: int
    message: str


Entry = TypeVar("Entry")


class Page(BaseModel, Generic[Entry]):
    """A part of a list, and how long the whole list is."""

    items: list[Entry]
    total: int
    limit: int
    offset: int


class EventPage(BaseModel):
    """A part of the events."""

    events: list[EventOut]
    total: int
    limit: int
    offset: int


class Uploaded(BaseModel):
    """What arrived, and whether `/ask` can answer from it."""

    filename: str
    bytes: int
    answerable: bool


class AskRequest(BaseModel):
    """A question, and how many passages to answer it from."""

    question: Text
    top_k: Annotated[int, Field(ge=1, le=20)] = 5


class Source(BaseModel):
    """A passage that speaks of the question; the higher the score, the more."""

    filename: str
    text: str
    score: float


class Answer(BaseModel):
    """An answer and the passages it rests on."""

    answer: str
    sources: list[Source]
    top_k: int


class Translation(BaseModel):
    """A text in another language."""

    text: str
    target_lang: str
    translation: str


class Me(BaseModel):
    """Whoever is asking."""

    user_id: str


class CurrentUser(Me):
    """Whoever a valid token names, with what the token lets them do."""

    roles: frozenset[str] = frozenset()


class Token(BaseModel):
    """An access token."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- the scheme's name, no secret


class Usage(BaseModel):
    """How many of each thing are stored."""

    items: int
    users: int
    events: int
    documents: int
