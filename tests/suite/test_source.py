"""The guide's source requirements: which modules put routes on a router of their own."""

from pathlib import Path

import pytest

from conformance.settings import Settings
from conformance.suite.guide._source import modules_with_routers


def _found(folder: Path, text: str) -> list[str]:
    (folder / "app.py").write_text(text)
    return modules_with_routers(Settings(source=folder))


@pytest.mark.parametrize(
    "text",
    [
        'router = APIRouter()\n@router.get("/")\ndef root(): ...',
        'users, items = APIRouter(), APIRouter(prefix="/items")\n@items.post("")\ndef add(): ...',
        'class Routes:\n    router: APIRouter = APIRouter()\n    router.add_api_route("/", root)',
        'router = fastapi.APIRouter()\nadd_to(router)\ndef add_to(given): given.get("/")(root)',
        'def made(): return APIRouter()\nrouter = made()\n@router.get("/")\ndef root(): ...',
    ],
    ids=["decorated", "one of two", "in a class", "handed on", "made by a function"],
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
