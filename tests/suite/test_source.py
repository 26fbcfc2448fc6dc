"""The guide's source requirements: which modules put routes on routers of their own, and what is a secret."""

from pathlib import Path

import pytest

from conformance.settings import Settings
from conformance.suite.guide._source import hardcoded_secrets, modules_with_routers


def _found(folder: Path, text: str) -> list[str]:
    (folder / "app.py").write_text(text)
    return modules_with_routers(Settings(source=folder))


@pytest.mark.parametrize(
    "text",
    [
        'router = APIRouter()\n@router.get("/")\ndef root(): ...',
        'users, items = APIRouter(), APIRouter(prefix="/items")\n@items.post("")\ndef add(): ...',
        'class Routes:\n    router: APIRouter = APIRouter()\n    router.add_api_route("/", root)',
        'router = LimitedRouter()\n@router.get("/")\ndef root(): ...',
        'router = fastapi.APIRouter()\nadd_to(router)\ndef add_to(given): given.get("/")(root)',
        'def made(): return APIRouter()\nrouter = made()\n@router.get("/")\ndef root(): ...',
    ],
    ids=["decorated", "one of two", "in a class", "of a kind of its own", "handed on", "made by a function"],
)
def test_a_router_with_routes_counts(tmp_path: Path, text: str) -> None:
    assert _found(tmp_path, text) == ["app.py"]


@pytest.mark.parametrize(
    "text",
    [
        'router = APIRouter()\napp.include_router(router)\n@app.get("/")\ndef root(): ...',
        'router = APIRouter()\nrequests.get("http://localhost")',
        'app = FastAPI()\n@app.get("/")\ndef root(): ...',
    ],
    ids=["routes on the application", "another get", "no router"],
)
def test_a_router_without_routes_does_not_count(tmp_path: Path, text: str) -> None:
    assert _found(tmp_path, text) == []


def test_variables_of_an_image_that_hold_no_secret_are_left_alone(tmp_path: Path) -> None:
    settings = [
        "GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568",
        "SECRET_KEY=build-only",
        "JWT_SECRET=${JWT_SECRET}",
        "JWT_SECRET_FILE=/run/keys/jwt2",
        "API_KEY=change-me-please-1234",
        "POSTGRES_PASSWORD=postgres",
    ]
    (tmp_path / "Dockerfile").write_text("FROM python:3.13\n" + "".join(f"ENV {each}\n" for each in settings))

    assert hardcoded_secrets(Settings(source=tmp_path)) == []
