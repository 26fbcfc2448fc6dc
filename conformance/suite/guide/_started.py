"""What an image's command starts, followed through scripts, modules and task runners: nothing of it is run."""

import ast
import glob
import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# What gunicorn reads without being told.
_GUNICORN = "gunicorn.conf.py"
_LARGEST = 200_000
# A script may start another one, which names its configuration.
_DEPTH = 3
# Where the recipes of a runner stand.
_RUNNERS = {
    "make": ("Makefile", "makefile", "GNUmakefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "inv": ("tasks.py",),
    "invoke": ("tasks.py",),
}
# Where pyproject.toml holds the scripts of a project, and the tasks of its runners.
_TABLES = (
    ("project", "scripts"),
    ("tool", "poetry", "scripts"),
    ("tool", "pdm", "scripts"),
    ("tool", "poe", "tasks"),
    ("tool", "taskipy", "tasks"),
    ("tool", "rye", "scripts"),
    ("tool", "pixi", "tasks"),
    ("tool", "hatch", "envs", "default", "scripts"),
)
_ADDRESS = ("host", "bind", "address")
_SERVES = re.compile(r"\b(uvicorn|hypercorn|granian|daphne|gunicorn)\b")


def files(root: Path, started: str) -> str:
    """Give what a command names, and what that names in turn, without comments."""
    seen: set[Path] = set()
    told: list[str] = []
    waiting = [started]
    for _ in range(_DEPTH):
        found = [path for text in waiting for path in _named(root, text) if path not in seen]
        seen |= set(found)
        waiting = [*(_read(path, root, seen) for path in dict.fromkeys(found)), *_tasks(root, waiting)]
        told += waiting
    return "".join(f"\n{text}" for text in told)


def _named(root: Path, text: str) -> Iterator[Path]:
    words = re.split(r"[\s\"'=;&|]+", text)
    names = list(words)
    for before, word in itertools.pairwise(words):
        if before == "-m":
            names += _modules(word)
    for word in words:
        names += _RUNNERS.get(word, ())
        if word.startswith("python:"):
            # So does gunicorn name a module of settings.
            names += _modules(word.removeprefix("python:"))
    names += [_GUNICORN] if "gunicorn" in text else []
    for word, value in _scripts(root):
        if word in words and isinstance(value, str) and re.fullmatch(r"[\w.]+:[\w.]+(\(.*\))?", value):
            names += _modules(value.partition(":")[0])
    for name in dict.fromkeys(names):
        if path := _file(root, name):
            yield path


def _tasks(root: Path, texts: list[str]) -> list[str]:
    """Give the command lines that a project's own words stand for."""
    words = {word for text in texts for word in re.split(r"[\s\"';&|]+", text)}
    return [" ".join(_texts(value)) for word, value in _scripts(root) if word in words]


def _scripts(root: Path) -> Iterator[tuple[str, Any]]:
    project = root / "pyproject.toml"
    try:
        told = tomllib.loads(project.read_text(encoding="utf-8")) if project.is_file() else {}
    except ValueError:
        return
    for table in _TABLES:
        found: Any = told
        for name in table:
            found = found.get(name) if isinstance(found, dict) else None
        yield from found.items() if isinstance(found, dict) else ()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


def _modules(name: str) -> Iterator[str]:
    inside = name.replace(".", "/")
    for root in ("", "src/"):
        yield from (f"{root}{inside}.py", f"{root}{inside}/__main__.py", f"{root}{inside}/__init__.py")


def _file(root: Path, name: str) -> Path | None:
    inside = Path(name.lstrip("/"))
    if not inside.name or ".." in inside.parts:
        return None
    places = (root / inside, root / Path(*inside.parts[1:]), *root.glob(f"*/{glob.escape(inside.name)}"))
    for found in places:
        if found.is_file() and root in found.resolve().parents and found.stat().st_size < _LARGEST:
            return found
    return None


def _read(path: Path, root: Path, seen: set[Path]) -> str:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix != ".py":
        return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    tree = _parsed(text)
    if tree is None:
        return text
    # What it serves by, or the default of a setting, may stand in a module that this one imports.
    looks_on = _address_is_a_setting(tree) or not _SERVES.search(text)
    imported = _imported(tree, path, root, _DEPTH) if looks_on else {}
    seen |= set(imported)
    return "\n".join(map(ast.unparse, [tree, *imported.values()]))


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _address_is_a_setting(tree: ast.Module) -> bool:
    given = [each for node in ast.walk(tree) if isinstance(node, ast.Call) for each in node.keywords]
    return any(each.arg in _ADDRESS and not isinstance(each.value, ast.Constant) for each in given)


def _imported(tree: ast.Module, path: Path, root: Path, depth: int) -> dict[Path, ast.Module]:
    found: dict[Path, ast.Module] = {}
    for name in _imports(tree, path, root) if depth else ():
        file = next((place for each in _modules(name) if (place := _file(root, each))), None)
        inner = _parsed(file.read_text(encoding="utf-8", errors="replace")) if file and file not in found else None
        if file and inner:
            found |= {file: inner} | _imported(inner, file, root, depth - 1)
    return found


def _imports(tree: ast.Module, path: Path, root: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        if isinstance(node, ast.ImportFrom):
            folder = path.parents[node.level - 1] if 0 < node.level <= len(path.parents) else root
            inside = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
            module = ".".join([*(inside if node.level else ()), *([node.module] if node.module else [])])
            yield from ([module] if module else [])
            yield from (f"{module}.{each.name}" if module else each.name for each in node.names)
