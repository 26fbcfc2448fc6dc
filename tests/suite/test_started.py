"""What an image starts is followed to where it says on which interface it listens."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.checks import Mismatch
from conformance.settings import Settings
from conformance.suite.guide import test_docker

UVICORN = "uvicorn main:app --host 0.0.0.0"
BY_SETTINGS = 'import uvicorn\n{}\ndef main():\n    uvicorn.run("main:app", host=settings.host)\n'
CLASS = 'class Settings:\n    host: str = "{}"\nsettings = Settings()\n'
# A command, and the files that it leads to.
RIGHT: dict[str, tuple[str, Mapping[str, str]]] = {
    "script that names its configuration": (
        "/start.sh",
        {"scripts/start.sh": "exec gunicorn -c conf.py main:app\n", "conf.py": 'bind = "0.0.0.0:80"\n'},
    ),
    "script that starts another one": ("./a.sh", {"a.sh": "exec ./b.sh\n", "b.sh": f"exec {UVICORN}\n"}),
    "module of gunicorn's settings": (
        "gunicorn -c python:app.serving main:app",
        {"app/serving.py": 'bind = "0.0.0.0:80"\nworker_class = "uvicorn.workers.UvicornWorker"\n'},
    ),
    "default of a setting": (
        "python main.py",
        {
            "main.py": BY_SETTINGS.format("from config import settings"),
            "config.py": CLASS.format("0.0.0.0"),
        },
    ),
    "default of a setting in a package": (
        "python -m app.main",
        {
            "app/main.py": BY_SETTINGS.format("from app.core.config import settings"),
            "app/core/config.py": CLASS.format("0.0.0.0"),
        },
    ),
    "server in a module that is imported": (
        "python main.py",
        {
            "main.py": "from app.server import main\nmain()\n",
            "app/server.py": BY_SETTINGS.format("from .core.config import settings"),
            "app/core/config.py": CLASS.format("0.0.0.0"),
        },
    ),
    "make": ("make serve", {"Makefile": f"serve:\n\t{UVICORN}\n"}),
    "just": ("just serve", {"justfile": f"serve:\n    {UVICORN}\n"}),
    "task": ("task serve", {"Taskfile.yml": f"tasks:\n  serve:\n    cmds: [{UVICORN}]\n"}),
    "pdm": ("pdm run serve", {"pyproject.toml": f'[tool.pdm.scripts]\nserve = "{UVICORN}"\n'}),
    "poe": ("uv run poe serve", {"pyproject.toml": f'[tool.poe.tasks.serve]\ncmd = "{UVICORN}"\n'}),
}
WRONG: dict[str, tuple[str, Mapping[str, str]]] = {
    "comment": ("python main.py", {"main.py": 'import uvicorn\nuvicorn.run("main:app")  # or host="0.0.0.0"\n'}),
    "comment of a script": ("./a.sh", {"a.sh": f"# exec {UVICORN}\nexec uvicorn main:app\n"}),
    "addresses that are trusted": ("uvicorn main:app --forwarded-allow-ips 0.0.0.0", {}),
    "setting": (
        "python main.py",
        {
            "main.py": BY_SETTINGS.format("from config import settings"),
            "config.py": CLASS.format("127.0.0.1"),
        },
    ),
    "address that is no setting": (
        "python main.py",
        {
            "main.py": 'import uvicorn\nfrom config import settings\nuvicorn.run("main:app", host="127.0.0.1")\n',
            "config.py": CLASS.format("0.0.0.0"),
        },
    ),
    "another task": (
        "pdm run dev",
        {"pyproject.toml": f'[tool.pdm.scripts]\nserve = "{UVICORN}"\ndev = "uvicorn a:b"\n'},
    ),
    "imports in a circle": ("python main.py", {"main.py": "import other\n", "other.py": "import main\n"}),
    "no Python": ("python main.py", {"main.py": "uvicorn main:app\n"}),
}


def _judge(folder: Path, command: str, files: Mapping[str, str]) -> None:
    for name, text in {
        "served.py": "app = None\n",
        **files,
        "Dockerfile": f"FROM python:3.13\nCMD {command}\n",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    test_docker.test_the_image_serves_on_every_interface(Settings(source=folder))


@pytest.mark.parametrize("kind", RIGHT)
def test_a_command_is_followed_to_where_it_listens(kind: str, tmp_path: Path) -> None:
    _judge(tmp_path, *RIGHT[kind])


@pytest.mark.parametrize("kind", WRONG)
def test_a_command_that_leads_elsewhere_does_not_serve(kind: str, tmp_path: Path) -> None:
    with pytest.raises(Mismatch):
        _judge(tmp_path, *WRONG[kind])
