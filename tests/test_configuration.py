"""What conformance.toml may say; everything else is refused by one line that names the file and the key."""

import datetime
import ssl
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.configuration import read
from conformance.settings import Account, Credentials, JWTKey, Settings, UsageError, Waiver

TODAY = datetime.date.today()
WAIVER = '[[waivers]]\nrequirement = "ws-echo"\nreason = "no websockets"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "conformance.toml"


def told(file: Path, text: str) -> dict[str, Any]:
    file.write_text(text, encoding="utf-8")
    return read(file)


def complaint(file: Path, text: str) -> str:
    with pytest.raises(UsageError) as raised:
        told(file, text)
    line = str(raised.value)
    assert "\n" not in line
    assert line.startswith(f"{file}: ")
    return line.removeprefix(f"{file}: ")


BAD = {
    "unknown table": ("[targets]", "unknown key 'targets'; did you mean target"),
    "unknown key": ('[target]\nulr = "http://a"', "unknown key 'target.ulr'; did you mean target.url"),
    "key of a table that is not named": ('profile = "core"', "unknown key 'profile'; did you mean target.profile?"),
    "key of two tables": (
        'requirement = "a"',
        "unknown key 'requirement'; did you mean target.requirement or waivers.",
    ),
    "misspelt key of a table that is not named": (
        'profle = "core"',
        "unknown key 'profle'; did you mean target.profile",
    ),
    "key of another table": ('[http]\nurl = "http://a"', "unknown key 'http.url'; did you mean target.url?"),
    "key of an inner table": (
        '[credentials]\nsecret = "a"',
        "unknown key 'credentials.secret'; did you mean credentials.jwt.secret?",
    ),
    "unknown key of http": ("[http]\ncafile = 1", "unknown key 'http.cafile'; did you mean http.ca_file"),
    "unknown credential": (
        '[credentials]\napikey = "a"',
        "unknown key 'credentials.apikey'; did you mean credentials.api_key",
    ),
    "unknown key of a user": (
        '[credentials]\nuser = { usrname = "a", password = "b" }',
        "unknown key 'credentials.user.usrname'; did you mean credentials.user.username",
    ),
    "unknown key of a waiver": (
        WAIVER + "untill = 2099-01-01",
        "unknown key 'waivers.untill'; did you mean waivers.until",
    ),
    "key like nothing": ("[target]\nqqqqqq = 1", "unknown key 'target.qqqqqq'"),
    "table as a value": ("target = 1", "target: must be a table"),
    "credentials as a value": ("credentials = []", "credentials: must be a table"),
    "url as a number": ("[target]\nurl = 1", "target.url: must be a text"),
    "url from the environment": ('[target]\nurl = { env = "HOME" }', "target.url: must be a text"),
    "source as a number": ("[target]\nsource = 1", "target.source: must be a path"),
    "folder with a NUL": ('[target]\nreport_dir = "a\\u0000b"', "target.report_dir: holds a NUL"),
    "section as a text": ('[target]\nsection = "routing"', "target.section: must be a list of texts"),
    "requirement as numbers": ("[target]\nrequirement = [1]", "target.requirement: must be a list of texts"),
    "env as a text": ('[target]\nenv = "A=B"', "target.env: must be a table of texts"),
    "env with a number": ("[target]\nenv = { A = 1 }", 'target.env.A: must be a text or { env = "NAME" }'),
    "trust_env as a text": ('[http]\ntrust_env = "yes"', "http.trust_env: must be true or false"),
    "header with a number": ("[http]\nheaders = { A = 1 }", 'http.headers.A: must be a text or { env = "NAME" }'),
    "header that is no name": ('[http]\nheaders = { "a b" = "c" }', "http.headers.'a b': is no name of a header"),
    "header with a line end": ('[http]\nheaders = { A = "b\\r\\nC: d" }', "http.headers.A: cannot be sent in a header"),
    "missing certificates": ('[http]\nca_file = "no.pem"', "http.ca_file: "),
    "bearer as a number": ("[credentials]\nbearer = 1", 'credentials.bearer: must be a text or { env = "NAME" }'),
    "bearer with a line end": ('[credentials]\nbearer = "a\\n"', "credentials.bearer: cannot be sent in a header"),
    "bearer of an empty table": ("[credentials]\nbearer = {}", "credentials.bearer: must be a text or"),
    "bearer of two tables": (
        '[credentials]\nbearer = { env = "PATH", file = "a" }',
        "credentials.bearer: must be a text or",
    ),
    "bearer of another table": ('[credentials]\nbearer = { file = "a" }', "credentials.bearer: must be a text or"),
    "missing variable": (
        '[credentials]\nbearer = { env = "NO_SUCH_VARIABLE_HERE" }',
        "credentials.bearer: the environment has no variable NO_SUCH_VARIABLE_HERE",
    ),
    "missing variable of an account": (
        '[credentials]\nuser = { username = "a", password = { env = "NO_SUCH_VARIABLE_HERE" } }',
        "credentials.user.password: the environment has no variable NO_SUCH_VARIABLE_HERE",
    ),
    "user as a text": ('[credentials]\nuser = "ada"', "credentials.user: must be a table"),
    "user without a password": ('[credentials]\nuser = { username = "ada" }', "credentials.user: lacks password"),
    "user without anything": ("[credentials]\nuser = {}", "credentials.user: lacks username and password"),
    "jwt without a secret": ('[credentials]\njwt = { algorithm = "HS256" }', "credentials.jwt: lacks secret"),
    "algorithm of a slip": (
        '[credentials]\njwt = { secret = "a", algorithm = "HS265" }',
        "credentials.jwt.algorithm: is no algorithm of a JWT; did you mean HS256 or ",
    ),
    "algorithm like no other": (
        '[credentials]\njwt = { secret = "a", algorithm = "?" }',
        "credentials.jwt.algorithm: is no algorithm of a JWT; known are: HS256, HS384",
    ),
    "algorithm that signs nothing": (
        '[credentials]\njwt = { secret = "a", algorithm = "none" }',
        "credentials.jwt.algorithm: is no algorithm of a JWT; known are: HS256, HS384",
    ),
    "two waivers of one requirement": (
        WAIVER + WAIVER,
        "waivers: ws-echo is waived 2 times: one waiver holds for a requirement",
    ),
    "waivers as a table": ("[waivers]\nrequirement = 'ws-echo'", "waivers: must be a list of tables: [[waivers]]"),
    "waiver of nothing": ('[[waivers]]\nreason = "a"', "waivers.requirement: is missing"),
    "waiver without a reason": ('[[waivers]]\nrequirement = "ws-echo"', "waivers.reason: is missing"),
    "waiver of an empty reason": ('[[waivers]]\nrequirement = "ws-echo"\nreason = " "', "waivers.reason: is missing"),
    "waiver of an unknown id": (
        '[[waivers]]\nrequirement = "ws-eco"\nreason = "a"',
        "waivers: unknown requirement 'ws-eco'; did you mean ws-echo",
    ),
    "waiver until a text": (WAIVER + 'until = "2099-01-01"', "waivers.until: must be a date: 2027-01-31"),
    "waiver until a time": (WAIVER + "until = 2099-01-01T00:00:00", "waivers.until: must be a date: 2027-01-31"),
    "waiver with a number as issue": (WAIVER + "issue = 5", "waivers.issue: must be a text"),
    "expired waiver": (
        WAIVER + f"until = {TODAY - datetime.timedelta(days=1)}",
        f"the waiver of ws-echo expired on {TODAY - datetime.timedelta(days=1)}: mend it, or renew the waiver",
    ),
    "no TOML": ("[target\n", "is no TOML: "),
    "the same key twice": ('[target]\nurl = "a"\nurl = "b"', "is no TOML: "),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line_names_the_file_and_the_key(name: str, file: Path) -> None:
    text, line = BAD[name]

    assert complaint(file, text).startswith(line)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.toml: cannot be read: No such file or directory"):
        read(tmp_path / "no.toml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_bytes_that_are_no_text_are_no_configuration(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="is no TOML"):
        read(file)


def test_a_file_without_certificates_is_named(file: Path) -> None:
    line = complaint(file, '[http]\nca_file = "conformance.toml"')

    assert line == f"http.ca_file: {file}: holds no certificate"


def test_the_systems_certificates_are_taken(file: Path) -> None:
    system = ssl.get_default_verify_paths().cafile
    if system is None:
        pytest.skip("this system keeps its certificates in no file")

    assert told(file, f"[http]\nca_file = '{system}'")["ca_file"] == Path(system)


def test_an_empty_file_says_nothing(file: Path) -> None:
    assert Settings(**told(file, "")) == Settings(folder=file.parent)


def test_every_key_becomes_a_setting(file: Path) -> None:
    keys = {"url": "http://a", "app": "main:app", "command": "serve {port}", "profile": "full", "effort": "deep"}
    more = {"openapi": "a.json", "current_user": "main:user", "workers_command": "serve"}
    text = "[target]\n" + "\n".join(f'{key} = "{value}"' for key, value in (keys | more).items())

    found = Settings(**told(file, text))

    assert {key: getattr(found, key) for key in keys | more} == keys | more


def test_lists_and_tables_become_settings(file: Path) -> None:
    text = '[target]\nsection = ["routing"]\nrequired_env = ["A"]\nenv = { B = "c" }\n'
    text += '[http]\ntrust_env = true\nheaders = { D = "e" }'

    found = Settings(**told(file, text))

    assert (found.section, found.required_env, found.env) == (("routing",), ("A",), {"B": "c"})
    assert (found.trust_env, found.headers) == (True, {"D": "e"})


def test_paths_are_relative_to_the_file(file: Path) -> None:
    found = Settings(**told(file, '[target]\nsource = "src"\nreport_dir = "out"'))

    assert (found.source, found.report_dir) == (file.parent / "src", file.parent / "out")


def test_any_credential_may_come_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_NAME", "value")
    text = """[credentials]
        bearer = { env = "SOME_NAME" }
        api_key = { env = "SOME_NAME" }
        user = { username = { env = "SOME_NAME" }, password = { env = "SOME_NAME" } }
        admin = { username = "root", password = { env = "SOME_NAME" } }
        jwt = { secret = { env = "SOME_NAME" }, algorithm = "HS512", issuer = { env = "SOME_NAME" } }
    """

    account, key = Account("value", "value"), JWTKey("value", "HS512", "value")
    assert told(file, text)["credentials"] == Credentials("value", "value", account, Account("root", "value"), key)


def test_every_algorithm_that_signs_may_be_named(file: Path) -> None:
    names = [name for name in jwt.algorithms.get_default_algorithms() if name not in ("none", "ES521")]

    for name in names:
        text = f'[credentials]\njwt = {{ secret = "a", algorithm = "{name}" }}'
        assert told(file, text)["credentials"].jwt.algorithm == name
    assert len(names) == 14


def test_a_secret_in_the_place_of_an_algorithm_is_not_shown(file: Path) -> None:
    assert "hush" not in complaint(file, '[credentials]\njwt = { secret = "HS256", algorithm = "hush-hush" }')


@pytest.mark.parametrize("until", [TODAY, TODAY + datetime.timedelta(days=1)])
def test_a_waiver_holds_until_its_last_day_is_over(until: datetime.date, file: Path) -> None:
    found = told(file, WAIVER + f'until = {until}\nissue = "https://issues.example/1"')

    assert found["waivers"] == (Waiver("ws-echo", "no websockets", "https://issues.example/1", until),)


def test_every_secret_of_the_configuration_is_one(file: Path) -> None:
    text = """
        [target]
        url = "http://ada:u%2Frl@target"
        env = { DATABASE_PASSWORD = "from-env", PLAIN = "plain" }
        [http.headers]
        Authorization = "Basic from-header"
        X-Tenant = "blue"
        [credentials]
        bearer = "the-bearer"
        api_key = "the-key"
        user = { username = "ada", password = "of-ada" }
        admin = { username = "root", password = "of-root" }
        jwt = { secret = "of-jwt", issuer = "issuer" }
    """

    secrets = set(Settings(**told(file, text)).secrets())

    assert {
        "u/rl",
        "ada:u/rl",
        "from-env",
        "from-header",
        "the-bearer",
        "the-key",
        "of-ada",
        "YWRhOm9mLWFkYQ==",  # ada:of-ada, as it travels
        "of-root",
        "of-jwt",
    } <= secrets
    assert not {"plain", "blue", "issuer", "ada", "root", "Basic"} & secrets


tables = st.recursive(
    st.integers() | st.booleans() | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["url", "user", "env", "jwt"]), inner),
    max_leaves=6,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["target", "http", "credentials", "waivers", "other"]), tables))
def test_whatever_a_file_holds_it_is_read_or_refused_by_one_line(file: Path, value: dict[str, Any]) -> None:
    text = "\n".join(f"{key} = {_toml(each)}" for key, each in value.items())
    try:
        told(file, text)
    except UsageError as refused:
        assert len(str(refused).splitlines()) == 1


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else repr(value)
