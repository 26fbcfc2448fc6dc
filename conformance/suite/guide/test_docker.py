"""Guide section 23: an image serves the application to whoever is outside, and holds no secret."""

from conformance.checks import CannotTell, expect, fail
from conformance.properties import requirement
from conformance.settings import Settings
from conformance.suite.guide import _dockerfile, _source


@requirement("dockerfile-present")
def test_there_is_a_dockerfile_that_parses(settings: Settings) -> None:
    instructions = _dockerfile.instructions(settings)
    unknown = [word for word, _ in instructions if word not in _dockerfile.KNOWN]
    expect(not unknown, None, "a Dockerfile that parses", f"no instruction: {', '.join(unknown[:5])}")
    stages = [word for word, _ in instructions if word == "FROM"]
    expect(bool(stages), None, "a Dockerfile that parses", "it has no FROM")
    first = next((word for word, _ in instructions if word != "ARG"), None)
    expect(first == "FROM", None, "a Dockerfile that parses", f"it begins with {first}, not with FROM")
    empty = [word for word, rest in instructions if not rest]
    expect(not empty, None, "a Dockerfile that parses", f"without arguments: {', '.join(empty[:5])}")


@requirement("dockerfile-lint")
def test_the_linter_finds_no_error(settings: Settings) -> None:
    found = _dockerfile.lint(settings)
    expect(not found, None, "no finding of level error by hadolint", "; ".join(found[:10]))


@requirement("dockerfile-serves")
def test_the_image_serves_on_every_interface(settings: Settings) -> None:
    if not any(_source.deployed(settings, {".py"})):
        raise CannotTell("concerns Python source, of which there is none", applies=False)
    command = _dockerfile.command(settings)
    expected = "a command that starts an ASGI server on 0.0.0.0"
    if not command:
        fail(None, expected, "the Dockerfile has no CMD and no ENTRYPOINT")
    expect(_dockerfile.names_server(command), None, expected, f"it names no ASGI server: {command[:300]}")
    expect(not _dockerfile.serves_wsgi(command), None, expected, f"gunicorn's own workers serve WSGI: {command[:300]}")
    expect(_dockerfile.listens_everywhere(command), None, expected, f"it does not listen on 0.0.0.0: {command[:300]}")


@requirement("dockerignore-env")
def test_the_image_holds_no_environment_file(settings: Settings) -> None:
    kept_out = _dockerfile.keeps_out_env(settings)
    expect(kept_out, None, ".env to be kept out of the image", "no line of .dockerignore names it, and COPY takes all")
