"""The full profile holds for an app that does everything by other means than the reference app."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from conformance.catalogue import of_profile
from tests.harness import ROOT, run_command

APP = "fixtures.implementations.whole_app:app"
SOURCE = [id for id, row in of_profile("full").items() if row.needs == "source"]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """Write what a run on the app is told, with a key pair of its own."""
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    accounts = {"user": ("bob", "password-of-bob"), "admin": ("eve", "password-of-eve")}
    env = {"PRIVATE_KEY": key, "API_KEY": "key-of-the-whole-app", "DATABASE_FOLDER": str(tmp_path)}
    for who, (name, password) in accounts.items():
        env |= {f"{who.upper()}_NAME": name, f"{who.upper()}_PASSWORD": password}
    lines = ["[target.env]", *(f"{name} = {json.dumps(value)}" for name, value in env.items())]
    lines += ["[credentials]", f"api_key = {json.dumps(env['API_KEY'])}"]
    lines += [
        f"{who} = {{ username = {json.dumps(name)}, password = {json.dumps(password)} }}"
        for who, (name, password) in accounts.items()
    ]
    lines += ["[credentials.jwt]", 'algorithm = "RS256"', f"secret = {json.dumps(key)}"]
    file = tmp_path / "whole.toml"
    file.write_text("\n".join(lines))
    return file


def test_a_whole_app_of_other_means_is_conformant(configuration: Path, tmp_path: Path) -> None:
    command = f"uvicorn --app-dir {ROOT} {APP} --port {{port}}"
    words = ["--target-app", APP, "--target-command", command, "--target-config", str(configuration)]

    run = run_command(tmp_path / "report", "--profile", "full", "--effort", "quick", *words)

    assert run.of_status("failed", "blocked", "unstable", "error") == [], run.output
    assert run.of_status("not_verified") == SOURCE, run.output
    assert (run.verdict, run.exit_code) == ("conformant", 0)
