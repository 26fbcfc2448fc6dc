"""Language models: quoting, asking, waiting, giving up (guide sections 22 and 25)."""

import json
from collections.abc import Callable, Iterator

import anyio
import httpx2 as httpx
import pytest
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from reference_app.core.config import Settings
from reference_app.core.errors import NoProvider, UpstreamFailure, UpstreamTimeout
from reference_app.models.schemas import Source
from reference_app.services.llm import ATTEMPTS, ExtractiveModel, OpenAIModel, open_model

pytestmark = pytest.mark.anyio

KEY = "sk-of-a-test"
Handler = Callable[[httpx.Request], httpx.Response]


def completion(content: str) -> httpx.Response:
    return httpx.Response(200, json={"choices": [{"message": {"content": content}}]})


def source(text: str) -> Source:
    return Source(filename="a.txt", text=text, score=1)


@pytest.fixture
def openai_settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(
        llm_provider="openai",
        openai_api_key=KEY,
        openai_base_url="http://llm.test/v1",
        llm_timeout=0.05,
    )


@pytest.fixture
def asked(openai_settings: Settings) -> Callable[[Handler], OpenAIModel]:
    """Make a model whose service is a function."""

    def make(handler: Handler) -> OpenAIModel:
        return OpenAIModel(openai_settings, transport=httpx.MockTransport(handler))

    return make


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Try again at once."""
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


async def test_the_extractive_model_quotes_the_best_passage() -> None:
    answer = await ExtractiveModel().answer("?", [source("the best"), source("the second")])

    assert "the best" in answer


async def test_the_extractive_model_says_so_if_there_is_nothing_to_quote() -> None:
    assert await ExtractiveModel().answer("?", [])


async def test_the_extractive_model_does_not_translate() -> None:
    with pytest.raises(NoProvider):
        await ExtractiveModel().translate("text", "German")


def test_the_settings_choose_the_model(settings: Settings, openai_settings: Settings) -> None:
    chosen = [type(open_model(each)) for each in (settings, openai_settings)]

    assert chosen == [ExtractiveModel, OpenAIModel]


async def test_a_question_is_asked_with_its_passages_and_the_key(
    asked: Callable[[Handler], OpenAIModel],
) -> None:
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return completion("42")

    assert await asked(answer).answer("how many?", [source("there are 42")]) == "42"
    [request] = requests
    assert str(request.url) == "http://llm.test/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    sent = json.loads(request.content)["messages"][-1]["content"]
    assert "there are 42" in sent
    assert "how many?" in sent


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.usefixtures("no_waiting")
async def test_a_passing_failure_is_tried_again(status: int, asked: Callable[[Handler], OpenAIModel]) -> None:
    answers = [httpx.Response(status), httpx.Response(status), completion("in the end")]

    assert await asked(lambda _: answers.pop(0)).answer("?", []) == "in the end"


async def test_the_waits_between_attempts_grow(
    asked: Callable[[Handler], OpenAIModel],
) -> None:
    waits: list[float] = []
    set_on_retry_hooks([lambda details: _note(waits, details)])
    try:
        model = asked(lambda _: httpx.Response(500))
        model._timeout = 60  # a deadline that is not in the way
        with pytest.raises(UpstreamFailure):
            await model.answer("?", [])
    finally:
        set_on_retry_hooks(None)

    assert len(waits) == ATTEMPTS - 1
    assert 0 < waits[0] < waits[1]


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_lasting_failure_is_not_tried_again(status: int, asked: Callable[[Handler], OpenAIModel]) -> None:
    calls = []

    def refuse(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(status)

    with pytest.raises(UpstreamFailure):
        await asked(refuse).answer("?", [])
    assert len(calls) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": "\\ud800"}}]}',
    ],
)
async def test_an_answer_that_is_none_is_a_failure(body: bytes, asked: Callable[[Handler], OpenAIModel]) -> None:
    with pytest.raises(UpstreamFailure):
        await asked(lambda _: httpx.Response(200, content=body)).answer("?", [])


@pytest.mark.usefixtures("no_waiting")
async def test_a_service_that_is_not_there_is_a_failure(
    asked: Callable[[Handler], OpenAIModel],
) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(UpstreamFailure):
        await asked(refuse).answer("?", [])


@pytest.mark.usefixtures("no_waiting")
async def test_a_service_that_does_not_answer_is_a_timeout(
    asked: Callable[[Handler], OpenAIModel],
) -> None:
    def silence(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silence")

    with pytest.raises(UpstreamTimeout):
        await asked(silence).answer("?", [])


async def test_a_service_that_sends_for_ever_is_cut_off(openai_settings: Settings) -> None:
    class Endless(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await anyio.sleep_forever()
            raise AssertionError

    with pytest.raises(UpstreamTimeout):
        await OpenAIModel(openai_settings, transport=Endless()).answer("?", [])


@pytest.mark.usefixtures("no_waiting")
async def test_no_error_repeats_what_the_service_said(
    asked: Callable[[Handler], OpenAIModel],
) -> None:
    with pytest.raises(UpstreamFailure) as failed:
        await asked(lambda _: httpx.Response(500, text="internal detail")).answer("?", [])

    assert "internal detail" not in failed.value.detail


def _note(waits: list[float], details: RetryDetails) -> None:
    waits.append(details.wait_for)
