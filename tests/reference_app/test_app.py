"""The application as a whole, where HTTP does not show it."""

import re
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from reference_app.core.config import Settings
from reference_app.dependencies import get_current_user
from reference_app.main import create_app

ROOT = Path(__file__).parents[2]


def test_the_current_user_can_be_overridden(app: FastAPI, client: TestClient) -> None:
    app.dependency_overrides[get_current_user] = lambda: {"user_id": "test"}

    assert client.get("/me").json() == {"user_id": "test"}


def test_the_current_user_is_asked_for_once_a_request(app: FastAPI, client: TestClient) -> None:
    calls = []

    def count() -> dict[str, str]:
        calls.append(1)
        return {"user_id": "test"}

    app.dependency_overrides[get_current_user] = count
    client.get("/me")

    assert len(calls) == 1


def test_health_needs_no_started_application(app: FastAPI) -> None:
    assert TestClient(app).get("/health").json() == {"status": "ok"}


def test_two_applications_share_nothing(settings: Settings, client: TestClient) -> None:
    client.get("/health")

    other = TestClient(create_app(settings))

    assert 'path="/health"' not in other.get("/metrics").text


def test_a_binary_message_closes_the_echo_politely(client: TestClient) -> None:
    with client.websocket_connect("/ws/echo") as ws:
        ws.send_bytes(b"no text")

        with pytest.raises(WebSocketDisconnect) as closed:
            ws.receive_text()
    assert closed.value.code == 1003


def test_without_an_api_key_nobody_gets_in(client: TestClient) -> None:
    assert client.get("/usage", headers={"x-api-key": "guess"}).status_code == 401


def test_the_image_installs_what_the_application_imports() -> None:
    stated = re.findall(
        r"^([a-z][\w-]*)",
        (ROOT / "reference_app/requirements.txt").read_text().lower(),
        re.MULTILINE,
    )
    imported = {
        found[1]
        for file in (ROOT / "reference_app").rglob("*.py")
        for found in re.finditer(r"^(?:from|import) (\w+)", file.read_text(), re.MULTILINE)
    }
    distributions = {
        "jwt": "pyjwt",
        "prometheus_client": "prometheus-client",
        "pydantic_settings": "pydantic-settings",
    }
    third_party = imported - sys.stdlib_module_names - {"reference_app"}

    missing = {distributions.get(name, name) for name in third_party} - set(stated)
    assert missing <= {"pydantic_core", "typing_extensions"}  # pydantic's own
