"""Options and configuration file together: which file is read, and what comes before what."""

from pathlib import Path
from typing import Any

import pytest

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
    "url", ["http://a", "https://a/b/", "http://[::1]:8000", "http://ada:secret@a", "http://ä.example"]
)
def test_any_base_url_is_taken(url: str, told: Any) -> None:
    assert told(url=url).url == url


def test_a_value_of_a_file_is_checked_as_an_option_is(told: Any, tmp_path: Path) -> None:
    (tmp_path / "conformance.toml").write_text('[target]\nurl = "http://a"\neffort = "deeep"\n')

    with pytest.raises(UsageError, match="unknown effort 'deeep'; did you mean deep"):
        told()


def test_without_any_target_there_is_nothing_to_check(told: Any) -> None:
    with pytest.raises(UsageError, match="no target"):
        told()
