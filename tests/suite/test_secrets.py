"""What opens nothing is no secret, wherever it stands, and what does is one."""

from pathlib import Path

import pytest

from conformance.settings import Settings
from conformance.suite.guide._source import hardcoded_secrets, real_values

# Made up for this, and of use nowhere.
_LETTERS = "abc123def456ghi789"
_MIXED = "Xk29" + "sLq0PzR8"
PLACEHOLDERS = [
    "",
    "  # openssl rand -hex 32, of 64 characters",
    "replace-me # e.g. 32 hex characters",
    "generate-with-openssl-rand-hex-32",
    "set-me-to-32-random-bytes",
    "dev-only-not-for-production-32chars",
    "at-least-32-characters-long-please-1",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "sk-not-a-real-key-123",
    "demo-key-12345",
    "$(openssl rand -hex 32)",
    "./keys/jwt-rs256.pem",
]
# Right source, each with what a linter or a scanner finds in it.
HARMLESS = [
    'API_KEY_HEADER_NAME = "X-API-Key"',
    'TOKEN_ISSUER = "docubot"',
    'token_audience: str = "fastapi-users:verify"',
    'INVALID_TOKEN = "invalid_token"',
    'WRONG_PASSWORD = "Incorrect username or password"',
    'SECRET_NAME = "JWT_SECRET"',
    'if password == "changeme":\n    raise SystemExit',
    'if payload["token_type"] == "access":\n    pass',
    'DATABASE_URL = "postgresql://postgres:postgres@localhost/docubot"',
    'DATABASE_URL = "driver://user:pass@localhost/dbname"',
    'JWT_SECRET = os.getenv("JWT_SECRET", "")',
]
SECRETS = [
    'JWT_SECRET = "super-secret-key"',
    'SECRET_KEY = "your-secret-key"',
    'SECRET_KEY = "changeme"',
    'SECRET_KEY = "SUPER_SECRET_KEY"',
    f'JWT_SECRET = os.getenv("JWT_SECRET", "{_LETTERS}")',
    f'JWT_SECRET = config("JWT_SECRET", default="{_LETTERS}")',
    f'client = OpenAI(api_key="{_LETTERS}")',
    f'DATABASE_URL = "postgresql://app:{_MIXED}@db.internal/docubot"',
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_an_example_may_hold_a_placeholder(value: str, tmp_path: Path) -> None:
    (tmp_path / "example").write_text(f"JWT_SECRET={value}\n")

    assert real_values(tmp_path / "example") == []


@pytest.mark.parametrize(
    "line",
    [
        f"OPENAI_API_KEY=sk-proj-{_LETTERS}",
        f"API_KEY={_MIXED}",
        f"export JWT_SECRET='{_MIXED}' # of production",
        f"DATABASE_URL=postgresql://app:{_MIXED}@db.internal/docubot",
        f"AWS_SECRET_ACCESS_KEY=wJal/{_MIXED}/bPxRf",
    ],
)
def test_an_example_may_hold_no_secret(line: str, tmp_path: Path) -> None:
    (tmp_path / "example").write_text(f"{line}\n")

    assert len(real_values(tmp_path / "example")) == 1


@pytest.mark.parametrize("line", HARMLESS)
def test_what_opens_nothing_may_stand_in_the_source(line: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{line}\n")

    assert hardcoded_secrets(Settings(source=tmp_path)) == []


@pytest.mark.parametrize("line", SECRETS)
def test_what_opens_something_may_not(line: str, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(f"{line}\n")

    assert hardcoded_secrets(Settings(source=tmp_path))


def test_a_password_for_a_database_of_ones_own_machine_may_stand_in_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("environment:\n  POSTGRES_PASSWORD: postgres\n")

    assert hardcoded_secrets(Settings(source=tmp_path)) == []


def test_what_does_not_parse_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def broken(:\n")

    assert hardcoded_secrets(Settings(source=tmp_path)) == []
