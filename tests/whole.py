"""What a run on the second whole implementation is told."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.harness import ROOT

_APP = "fixtures.implementations.whole_app:app"


def arguments(folder: Path) -> list[str]:
    """Give what pytest is told; the configuration, with a key pair of its own, is made in ``folder``."""
    command = f"uvicorn --app-dir {ROOT} {_APP} --port {{port}}"
    words = ["--target-app", _APP, "--target-command", command, "--profile", "full"]
    return [*words, "--target-config", str(_configuration(folder))]


def _configuration(folder: Path) -> Path:
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = pair.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    accounts = {"user": ("bob", "password-of-bob"), "admin": ("eve", "password-of-eve")}
    env = {"PRIVATE_KEY": key, "API_KEY": "key-of-the-whole-app", "DATABASE_FOLDER": str(folder)}
    for who, (name, password) in accounts.items():
        env |= {f"{who.upper()}_NAME": name, f"{who.upper()}_PASSWORD": password}
    lines = ["[target.env]", *(f"{name} = {json.dumps(value)}" for name, value in env.items())]
    lines += ["[credentials]", f"api_key = {json.dumps(env['API_KEY'])}"]
    lines += [
        f"{who} = {{ username = {json.dumps(name)}, password = {json.dumps(password)} }}"
        for who, (name, password) in accounts.items()
    ]
    lines += ["[credentials.jwt]", 'algorithm = "RS256"', f"secret = {json.dumps(key)}"]
    file = folder / "whole.toml"
    file.write_text("\n".join(lines))
    return file
