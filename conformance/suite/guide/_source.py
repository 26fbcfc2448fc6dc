"""The target's source, as linters and scanners see it: nothing of it is run."""

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.checks import CannotTell
from conformance.settings import DEFAULT_FILE, Settings
from conformance.suite.guide import _secrets

# What is not deployed: a test may hold a made-up password, and a fixture may be wrong on purpose.
NOT_DEPLOYED = {"tests", "test", "fixtures", "node_modules", "site-packages", "docs", "benchmarks", "__pycache__"}
_CODE = {".py", ".js", ".mjs", ".ts", ".go", ".rb", ".java", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".sh", ".json"}
_LOCKS = {"package-lock.json", "poetry.lock", "uv.lock", "pdm.lock", "yarn.lock", ".secrets.baseline"}
DOCKERFILES = ("Dockerfile", "Containerfile")
# NAME=value wherever it stands, and what an ENV without an equals sign sets.
_VARIABLE = re.compile(r"(?:(?<![\w.-])([A-Za-z_]\w*)=|^ENV\s+(\w+)\s+)[\"']?([^\s\"']+)", re.IGNORECASE | re.MULTILINE)
_SECONDS = 60


@dataclass(frozen=True)
class Finding:
    """What a linter found, and where."""

    path: str
    line: int
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.code} {self.message}"


def folder(settings: Settings) -> Path:
    """Give the folder of the source."""
    assert settings.source is not None
    return settings.source.resolve()


def deployed(settings: Settings, suffixes: set[str]) -> Iterator[Path]:
    """Give the files of the source that are not tests, environments or what git ignores."""
    root = folder(settings)
    listed = git(settings, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    paths = [root / name for name in listed.split("\0") if name] if listed is not None else sorted(root.rglob("*"))
    for path in paths:
        inside = path.relative_to(root)
        hidden = any(
            part.startswith(".") or part in NOT_DEPLOYED or part in ("venv", "env") for part in inside.parts[:-1]
        )
        test = path.name.startswith("test_") or path.name == "conftest.py"
        if path.suffix in suffixes and not hidden and not test and path.is_file() and not path.is_symlink():
            yield path


def git(settings: Settings, *arguments: str) -> str | None:
    """Ask git about the source folder and give its output, None where it is no checkout."""
    program = shutil.which("git")
    if program is None:
        raise CannotTell("needs git")
    # Nothing of the checkout's own configuration may run a program.
    words = [program, "-c", "core.fsmonitor=false", "-C", str(folder(settings))]
    inside = _run([*words, "rev-parse", "--is-inside-work-tree"])
    if inside.returncode:
        return None
    return _run([*words, *arguments]).stdout


def ruff(settings: Settings, rules: str) -> list[Finding]:
    """Lint the deployed Python files by some of ruff's rules."""
    files = [str(path) for path in deployed(settings, {".py"})]
    if not files:
        raise CannotTell("concerns Python source, of which there is none", applies=False)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", rules]
    done = _run([*command, "--output-format", "json", "--exit-zero", *files])
    if done.returncode:
        raise CannotTell("needs ruff: install fastapi-conformance[full]")
    root = folder(settings)
    return [
        Finding(str(Path(each["filename"]).relative_to(root)), each["location"]["row"], each["code"], each["message"])
        for each in json.loads(done.stdout)
        # What does not parse is no blocking call and no secret.
        if each["code"] not in (None, "invalid-syntax")
    ]


def hardcoded_secrets(settings: Settings) -> list[str]:
    """Scan the deployed files for secrets, by detect-secrets and by ruff's S105 to S107."""
    root = folder(settings)
    own = {root / DEFAULT_FILE, root / "reference.toml"}
    files = [p for p in deployed(settings, _CODE) if p.name not in _LOCKS and p not in own]
    found = {_described(path.relative_to(root), number, kind) for path in files for number, kind in _scan(path)}
    for path in deployed(settings, {""}):
        if path.name in DOCKERFILES:
            found |= {_described(path.relative_to(root), *each) for each in _secret_variables(path)}
    python = [path for path in files if path.suffix == ".py"]
    for path in python:
        lines = _secrets.kept_in_calls(_parsed(path))
        found |= {_described(path.relative_to(root), number, "Secret in a call") for number in lines}
    if python:
        for finding in ruff(settings, "S105,S106,S107"):
            line = _lines(root / finding.path)[finding.line - 1]
            if not _secrets.is_harmless_line(line):
                found.add(_described(Path(finding.path), finding.line, finding.code))
    return sorted(found)


def _secret_variables(path: Path) -> Iterator[tuple[int, str]]:
    """Give where a Dockerfile sets a variable to a secret: the scanner does not read its syntax."""
    yield from _scan(path, keywords=False)
    text = path.read_text(encoding="utf-8", errors="replace")
    for each in _VARIABLE.finditer(text):
        name, value = each[1] or each[2], each[3]
        if _secrets.is_named_secret(name) and _secrets.looks_real(value) and not _secrets.is_harmless(value):
            with _scanner():
                from detect_secrets.core.scan import scan_line

                kinds = [secret.type for secret in scan_line(f'{name} = "{value}"')]
            yield from ((text.count("\n", 0, each.start(3)) + 1, kind) for kind in kinds)


def real_values(example: Path) -> list[str]:
    """Name the variables of an example environment whose values look like real secrets."""
    found = []
    for line in example.read_text(encoding="utf-8", errors="replace").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        value = re.sub(r"(^|\s)#.*", "", value).strip().strip("\"'")
        told = equals and not name.startswith("#") and _secrets.is_named_secret(name.strip())
        if told and _secrets.looks_real(value) and _secrets.is_random(value):
            found.append(name.strip())
    scanned = [f"line {number} ({kind})" for number, kind in _scan(example, keywords=False)]
    return found or scanned


def modules_with_routers(settings: Settings) -> list[str]:
    """Name the modules that declare routes on an APIRouter of their own."""
    root = folder(settings)
    files = deployed(settings, {".py"})
    return [str(path.relative_to(root)) for path in files if _puts_routes_on_a_router(_parsed(path))]


def _puts_routes_on_a_router(tree: ast.Module) -> bool:
    """Tell whether a router that a module makes gets routes; where its name does not tell, any routes will do.

    A project may have a kind of its own, ``LimitedRouter`` for instance.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made: set[ast.expr] = {call for call in calls if _name(call.func).endswith("Router")}
    named = {call: _name(target) for node in ast.walk(tree) for target, call in _assigned(node) if call in made}
    extended = {
        _name(call.func.value) for call in calls if isinstance(call.func, ast.Attribute) and _adds_a_route(call)
    }
    # Whoever is handed a router may call it something else.
    handed = {_name(each) for call in calls if _name(call.func) != "include_router" for each in call.args}
    names = set(named.values())
    if set(named) != made or names & handed:
        return bool(made and extended)
    return bool(names & extended)


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.AnnAssign) and node.value:
        yield node.target, node.value
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(target.elts, node.value.elts, strict=False)
            else:
                yield target, node.value


def _adds_a_route(call: ast.Call) -> bool:
    return _name(call.func) in ("get", "post", "put", "patch", "delete", "websocket", "api_route", "add_api_route")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8", errors="replace"))
    except (SyntaxError, ValueError):
        # What does not parse holds nothing that could be seen.
        return ast.Module([], [])


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def _described(path: Path, line: int, kind: str) -> str:
    # Where it is, never what it is: a report is read by more people than the source.
    return f"{path}:{line} {kind}"


@contextmanager
def _scanner(keywords: bool = True) -> Iterator[None]:
    try:
        from detect_secrets.settings import transient_settings
    except ImportError:
        raise CannotTell("needs detect-secrets: install fastapi-conformance[full]") from None
    plugins = _PLUGINS + (["KeywordDetector"] if keywords else [])
    filters = [
        "detect_secrets.filters.heuristic.is_templated_secret",
        "detect_secrets.filters.heuristic.is_indirect_reference",
    ]
    told = {"plugins_used": [{"name": name} for name in plugins], "filters_used": [{"path": each} for each in filters]}
    with transient_settings(told):
        yield


def _scan(path: Path, keywords: bool = True) -> Iterator[tuple[int, str]]:
    with _scanner(keywords):
        from detect_secrets.core.secrets_collection import SecretsCollection

        secrets = SecretsCollection()
        secrets.scan_file(str(path))
    for _, secret in secrets:
        line = _lines(path)[secret.line_number - 1]
        if not _secrets.opens_nothing(secret.type, secret.secret_value or "", line, code=path.suffix == ".py"):
            yield secret.line_number, secret.type


_PLUGINS = [
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
]


def _run(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a fixed program, and file names that are its arguments
        words, capture_output=True, text=True, errors="replace", timeout=_SECONDS, stdin=subprocess.DEVNULL, check=False
    )
