"""Guide section 22: secrets come from the environment, and without them nothing starts."""

from conformance.checks import CannotTell, expect, fail
from conformance.launch import ended, start
from conformance.properties import ahead, requirement
from conformance.settings import Settings
from conformance.suite.guide import _source

_REQUIRED = ("OPENAI_API_KEY",)


@ahead
@requirement("missing-secret-refused")
def test_without_a_required_variable_nothing_starts(settings: Settings) -> None:
    required = settings.required_env or _REQUIRED
    for missing in required:
        env = {name: f"placeholder-{name.lower()}" for name in required if name not in settings.env}
        env = {name: value for name, value in env.items() if name != missing}
        kept = {name: value for name, value in settings.env.items() if name != missing}
        process = start(_without(settings, kept), {"LLM_PROVIDER": "openai", **env}, unset=[missing])
        try:
            status = ended(settings, process)
            output = process.output()
        finally:
            process.close()
        expected = f"the process to end by itself without {missing}, not with status 0, and to name it"
        if status is None:
            fail(None, expected, "it still runs")
        if status == 0:
            fail(None, expected, "it ended with status 0")
        named = missing.lower() in output.lower()
        expect(named, None, expected, f"it ended with status {status}, and its output is: {output[-600:].strip()}")


def _without(settings: Settings, env: dict[str, str]) -> Settings:
    from dataclasses import replace

    return replace(settings, env=env)


@requirement("env-example-present")
def test_an_example_of_the_environment_is_there_without_secrets(settings: Settings) -> None:
    example = _source.folder(settings) / ".env.example"
    if not example.is_file():
        fail(None, "a file .env.example", "there is none")
    found = _source.real_values(example)
    expect(not found, None, "a .env.example of placeholders", f"what looks real: {', '.join(found)}")


@requirement("env-not-committed")
def test_git_tracks_no_environment_and_ignores_one(settings: Settings) -> None:
    tracked = _source.git(settings, "ls-files", "--", ".env", "**/.env")
    if tracked is None:
        raise CannotTell("concerns a git checkout, which the source folder is not", applies=False)
    expect(tracked == "", None, "no .env in git", f"tracked: {', '.join(tracked.split())}")
    ignored = _source.git(settings, "check-ignore", ".env")
    expect(bool(ignored), None, "git to ignore .env", "no line of .gitignore does")


@requirement("no-hardcoded-secrets")
def test_the_source_holds_no_secret(settings: Settings) -> None:
    found = _source.hardcoded_secrets(settings)
    expect(not found, None, "source without secrets", f"found: {'; '.join(found[:10])}")
