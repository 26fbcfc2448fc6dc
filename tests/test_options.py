"""Options and configuration file together: which file is read, and what comes before what."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance import options
from conformance.settings import Settings, UsageError

DEFAULT = '[target]\nurl = "http://default"\nprofile = "full"\neffort = "deep"\n'


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """Give the settings that a command line in the test's folder makes."""
    config = pytest.Config.fromdictargs({}, [])
    config._rootpath = tmp_path
    config.invocation_params = pytest.Config.InvocationParams(args=(), plugins=None, dir=tmp_path)

    def make(**given: Any) -> Settings:
        for name in ("url", "app", "command", "source"):
            values = given.get(name)
            given[name] = values if values is None or isinstance(values, list) else [values]
        for name in (*given, "profile", "openapi", "section", "requirement", "effort", "file", "report_dir"):
            setattr(config.option, f"conformance_{name}", given.get(name))
        return options.settings(config)

    return make


def test_without_options_the_default_file_is_read(told: Any, tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text(DEFAULT)

    found = told()

    assert (found.url, found.profile, found.effort) == ("http://default", "full", "deep")


def test_the_default_file_never_mixes_with_a_target_that_is_given(told: Any, tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text(DEFAULT)

    found = told(url="http://given")

    assert (found.url, found.profile, found.effort) == ("http://given", "core", "standard")


def test_a_file_that_is_named_is_read_beside_a_target_that_is_given(told: Any, tmp_path: Path) -> None:
    (tmp_path / "named.toml").write_text(DEFAULT)

    found = told(url="http://given", file="named.toml")

    assert (found.url, found.profile, found.effort) == ("http://given", "full", "deep")


def test_options_override_a_file_one_by_one(told: Any, tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text(DEFAULT)

    found = told(profile="core")

    assert (found.url, found.profile, found.effort) == ("http://default", "core", "deep")


def test_paths_of_a_file_are_relative_to_it_and_those_of_options_to_where_one_is(told: Any, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "named.toml").write_text('[target]\nurl = "http://a"\nreport_dir = "out"\n')

    assert told(file="elsewhere/named.toml").report_dir == folder / "out"
    assert told(file="elsewhere/named.toml", report_dir="out").report_dir == tmp_path / "out"


def test_modules_of_a_file_are_looked_for_beside_it(told: Any, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "named.toml").write_text('[target]\napp = "main:app"\n')

    assert told(file="elsewhere/named.toml").folder == folder
    assert told(file="elsewhere/named.toml", app="main:app").folder == tmp_path


def test_several_sections_and_requirements_may_be_named(told: Any) -> None:
    found = told(url="http://a", section=["routing", "cors"], requirement=["health-ok"])

    assert (found.section, found.requirement) == (("routing", "cors"), ("health-ok",))


@pytest.mark.parametrize(
    "url",
    ["http://a", "https://a/b/", "http://[::1]:8000", "http://ada:secret@a", "http://ä.example", "http://a_b.:65535"],
)
def test_any_base_url_is_taken(url: str, told: Any) -> None:
    assert told(url=url).url == url


# What a file's target says, and the complaint about it.
WRONG = {
    "profile": ('url = "http://a"\nprofile = "coer"', "target.profile: unknown profile 'coer'; did you mean core?"),
    "effort": ('url = "http://a"\neffort = "deeep"', "target.effort: unknown effort 'deeep'; did you mean deep?"),
    "section": (
        'url = "http://a"\nsection = ["routin"]',
        "target.section: unknown section 'routin'; did you mean routing",
    ),
    "requirement": (
        'url = "http://a"\nrequirement = ["ws-helo"]',
        "target.requirement: unknown requirement 'ws-helo'; did you mean ws-hello",
    ),
    "requirement of another profile": (
        'url = "http://a"\nrequirement = ["item-replaced"]',
        "target.requirement: requirement item-replaced belongs to --profile full, and this run is core",
    ),
    "url": ('url = "a"', "target.url: 'a': a base URL starts with http:// or https:// and names a host"),
    "port": ('url = "http://a:99999"', "target.url: 'http://a:99999' is no URL: port 99999 is none: it is 1 to 65535"),
    "source": ('url = "http://a"\nsource = "no"', "target.source: "),
    "command": (
        'command = "serve --port 8000"',
        "target.command: 'serve --port 8000' has no {port}: it cannot be told where to serve",
    ),
    "workers": (
        'command = "serve {port}"\nworkers_command = "serve"',
        "target.workers_command: 'serve' has no {port}: it cannot be told where to serve",
    ),
    "openapi": ('url = "http://a"\nopenapi = "a.json"', "target.openapi: belongs to --profile api, and this run is"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_value_of_a_file_is_named_with_its_key(name: str, told: Any, tmp_path: Path) -> None:
    file = tmp_path / "conformance.toml"
    text, line = WRONG[name]
    file.write_text(f"[target]\n{text}\n")

    with pytest.raises(UsageError) as raised:
        told()
    assert str(raised.value).startswith(f"{file}: {line}")


def test_a_wrong_option_beside_a_file_is_told_as_an_option(told: Any, tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text(DEFAULT)

    with pytest.raises(UsageError, match=r"^unknown profile 'coer'; did you mean core"):
        told(profile="coer")


@pytest.mark.parametrize("port", [99_999, 65_536, 0, -1])
def test_a_port_that_is_none_is_told(port: int, told: Any) -> None:
    url = f"http://127.0.0.1:{port}"

    with pytest.raises(UsageError, match=f"^--target-url '{url}' is no URL: port {port} is none"):
        told(url=url)
    with pytest.raises(UsageError, match=f"^--openapi '{url}/x' is no URL: port {port} is none"):
        told(url="http://a", profile="api", openapi=f"{url}/x")


@pytest.mark.parametrize("host", ["exa mple", "*", "a..b", "a" * 64, "a,b", "%41", "."])
def test_a_host_that_is_no_name_is_told(host: str, told: Any) -> None:
    with pytest.raises(UsageError, match=r"is no name of a host$"):
        told(url=f"http://{host}/")


@given(st.builds("http://{}{}".format, st.text(st.characters()), st.text(st.characters())) | st.text(st.characters()))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_base_url_or_refused_by_one_line(told: Any, text: str) -> None:
    try:
        assert told(url=text).url == text
    except UsageError as refused:
        assert len(str(refused).splitlines()) == 1


@pytest.mark.parametrize("url", ["http://a/\udcff", "http://\udcff@a", "http://a\udcff"])
def test_bytes_that_are_no_text_are_no_url(url: str, told: Any) -> None:
    with pytest.raises(UsageError, match="is no URL: "):
        told(url=url)


def test_a_wrong_url_is_shown_without_its_credentials(told: Any) -> None:
    with pytest.raises(UsageError) as raised:
        told(url="http://ada:hush@a:99999/b")

    assert "'http://***@a:99999/b' is no URL" in str(raised.value)


def test_a_document_from_a_url_may_be_asked_for_with_a_query(told: Any) -> None:
    assert told(url="http://a", profile="api", openapi="http://a/b?c=d").openapi == "http://a/b?c=d"


def test_a_command_that_cannot_be_told_where_to_serve_is_refused(told: Any) -> None:
    with pytest.raises(
        UsageError, match=r"^--target-command 'python -m http.server' has no \{port\}: it cannot be told"
    ):
        told(command="python -m http.server")


def test_without_any_target_there_is_nothing_to_check(told: Any) -> None:
    with pytest.raises(UsageError, match="no target"):
        told()
