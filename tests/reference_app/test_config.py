"""Settings: where they come from, what they refuse, and how they say so (guide section 22)."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from reference_app.core.config import Settings, load_settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` but the test's own."""
    monkeypatch.chdir(tmp_path)


def test_nothing_needs_to_be_set() -> None:
    assert load_settings().llm_provider == "extractive"


def test_the_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("JWT_ISSUER=from-the-file\n")

    assert load_settings().jwt_issuer == "from-the-file"


def test_the_environment_wins_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("JWT_ISSUER=from-the-file\n")
    monkeypatch.setenv("JWT_ISSUER", "from-the-environment")

    assert load_settings().jwt_issuer == "from-the-environment"


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://one.example, https://two.example")

    assert load_settings().cors_origins == ["https://one.example", "https://two.example"]


@pytest.mark.parametrize("key", [None, ""])
def test_the_openai_provider_does_not_start_without_its_key(
    key: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "openai")
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)

    with pytest.raises(SystemExit):
        load_settings()

    assert re.fullmatch(r"[^\n]*OPENAI_API_KEY[^\n]*\n", capsys.readouterr().err)


def test_a_refused_secret_is_not_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("JWT_SECRET", "too-short")

    with pytest.raises(SystemExit):
        load_settings()

    assert "too-short" not in capsys.readouterr().err


def test_a_failed_start_stops_the_servers_that_would_try_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LLM_PROVIDER", "no such provider")

    with pytest.raises(SystemExit) as stopped:
        load_settings()

    assert stopped.value.code == 3


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cors_origins", ["*"]),
        ("database_url", "no url"),
        ("jwt_secret", "x" * 31),
        ("llm_timeout", 0),
        ("user_password", "x" * 7),
    ],
)
def test_a_value_that_would_be_unsafe_is_refused(
    name: str, value: object, make_settings: Callable[..., Settings]
) -> None:
    with pytest.raises(ValidationError):
        make_settings(**{name: value})


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///file.db", "sqlite+aiosqlite"),
        ("postgresql://user@host/name", "postgresql+asyncpg"),
    ],
)
def test_a_database_url_gets_an_asynchronous_driver(
    url: str, driver: str, make_settings: Callable[..., Settings]
) -> None:
    assert make_settings(database_url=url).database_url.startswith(f"{driver}://")


def test_the_example_names_every_setting() -> None:
    named = re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert {name.lower() for name in named} - {"web_concurrency"} == set(Settings.model_fields)
