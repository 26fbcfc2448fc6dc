"""Request ids, log lines, metrics and unexpected errors (guide section 25)."""

import json
from typing import Any
from uuid import UUID, uuid1, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from reference_app.core.logging import request_id

ORIGIN = {"origin": "http://localhost:3000"}


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application, with routes that misbehave."""

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("a secret detail")

    @app.get("/inside")
    async def inside() -> str | None:
        return request_id.get()

    return app


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_request_leaves_one_line_that_names_it(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get("/users/7?token=secret")

    [line] = logged(capsys)
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/users/7", 200)
    assert line["duration_ms"] >= 0


def test_a_log_line_holds_no_query(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get("/search?q=private")

    assert "private" not in capsys.readouterr().out


def test_a_path_cannot_forge_a_log_line(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    client.get('/items/x%0A{"event":"forged"}')

    assert len(logged(capsys)) == 1


def test_the_line_is_written_before_the_background_work(
    client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    monkeypatch.setattr("reference_app.core.middleware.log_request", lambda *_: order.append("line"))

    async def work(seconds: float) -> None:
        order.append("work")

    monkeypatch.setattr("reference_app.services.storage.anyio.sleep", work)
    client.post("/events?work=2")

    assert order == ["line", "work"]


@pytest.mark.parametrize("given", [str(uuid4()), str(uuid1()).upper(), uuid4().hex], ids=["lower", "upper", "bare"])
def test_a_uuid_comes_back_as_it_was_sent(given: str, client: TestClient) -> None:
    answer = client.get("/health", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 4000, "<script>", "\xff"])
def test_another_text_is_replaced(given: str, client: TestClient) -> None:
    answer = client.get("/health", headers=[(b"x-request-id", given.encode("latin-1"))])

    assert UUID(answer.headers["x-request-id"])


def test_the_id_is_known_inside_the_request(client: TestClient) -> None:
    answer = client.get("/inside")

    assert answer.json() == answer.headers["x-request-id"]


def test_an_unexpected_error_is_answered_without_a_word_about_it(client: TestClient) -> None:
    answer = client.get("/bug")

    assert (answer.status_code, answer.json()) == (500, {"detail": "Internal Server Error"})


@pytest.mark.parametrize("header", ["x-request-id", "access-control-allow-origin"])
def test_an_unexpected_error_has_the_headers_of_every_answer(header: str, client: TestClient) -> None:
    assert header in client.get("/bug", headers=ORIGIN).headers


def test_an_unexpected_error_is_logged_with_its_traceback_and_id(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = client.get("/bug")

    [line] = [line for line in logged(capsys) if line["event"] == "unexpected error"]
    assert "a secret detail" in line["exception"]
    assert line["request_id"] == answer.headers["x-request-id"]


def test_the_server_goes_on_after_an_unexpected_error(client: TestClient) -> None:
    client.get("/bug")

    assert client.get("/health").status_code == 200


def test_requests_are_counted_under_their_routes_template(client: TestClient) -> None:
    client.get("/items/one")
    client.get("/items/two")

    series = 'http_requests_total{method="GET",path="/items/{item_id}",status="404"} 2.0'
    assert series in client.get("/metrics").text


def test_clients_cannot_make_new_series(client: TestClient) -> None:
    for number in range(3):
        client.request(f"ODD{number}", f"/nowhere/{number}")

    odd = [line for line in client.get("/metrics").text.splitlines() if "nowhere" in line]
    assert odd == []
    assert 'method="other",path="unknown",status="404"} 3.0' in client.get("/metrics").text


def test_an_answer_to_no_page_still_varies_with_the_origin(client: TestClient) -> None:
    assert client.get("/health").headers["vary"] == "Origin"
