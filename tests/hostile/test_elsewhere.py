"""Nothing that a target says sends a request, or a credential, to another host."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.measured import ALL, Measured, assert_sound, assert_withstood, measure
from tests.hostile.relay import Deed, relaying, saying
from tests.servers import answer, recording

TOKEN = "t0ken-of-the-run"
Says = Callable[[str, dict[str, Any]], bytes]


def redirect(status: int, place: str) -> Says:
    return lambda other, _: answer(status, b"{}", Location=place.format(other=other, host=other.partition("//")[2]))


def document(edit: Callable[[dict[str, Any], str], object]) -> Says:
    def say(other: str, found: dict[str, Any]) -> bytes:
        edit(found, other)
        return answer(200, json.dumps(found).encode())

    return say


def page(text: str) -> Says:
    return lambda other, _: answer(200, text.replace("OTHER", other).encode(), "text/html")


def refer(found: dict[str, Any], place: str) -> None:
    """Refer to a place wherever a document may refer to anything."""
    schemas = found["components"]["schemas"]
    schemas["CreateItem"]["properties"]["name"] = {"$ref": f"{place}/schema.json"}
    schemas["ItemOut"] = {"$ref": f"{place}/schema.json#/definitions/it"}
    found["paths"]["/search"] = {"$ref": f"{place}/path.json"}
    found["paths"]["/secure"]["get"]["parameters"] = [{"$ref": f"{place}/parameter.json"}]
    found["paths"]["/ask"]["post"]["requestBody"] = {"$ref": f"{place}/body.json"}
    found["paths"]["/sync"]["get"]["responses"]["200"] = {"$ref": f"{place}/response.json"}


def rebase(found: dict[str, Any], other: str) -> None:
    """Give every schema a base of its own, against which references are resolved."""
    found["$self"] = f"{other}/self.json"
    found["jsonSchemaDialect"] = f"{other}/dialect.json"
    for schema in found["components"]["schemas"].values():
        schema |= {"$id": f"{other}/base.json", "$schema": f"{other}/meta.json"}
    found["components"]["schemas"]["CreateItem"]["properties"]["name"] = {"$ref": "name.json"}


def repath(found: dict[str, Any], prefix: str) -> None:
    """Turn every path into one that would lead elsewhere if it stood right behind the base URL."""
    found["paths"] = {prefix + path: item for path, item in found["paths"].items()}


def host_of(url: str) -> str:
    return url.partition("//")[2]


ROUTES: dict[str, Says] = {
    "/health": redirect(307, "{other}/health"),
    "/": redirect(302, "//{host}/"),
    "/sync": redirect(307, "/sync"),
    "/docs": redirect(307, "{other}/docs"),
    "/redoc": page("<script src='OTHER/a.js'></script><script>Redoc.init('@OTHER/openapi.json')</script>"),
    "/ws": redirect(307, "{other}/ws"),
    "/protected": redirect(307, "{other}/protected"),
    "/me": lambda other, _: answer(401, b"{}", WWW_Authenticate=f'Bearer realm="{other}"', Refresh=f"0; url={other}"),
}
DOCUMENTS: dict[str, Says] = {
    "another address": redirect(308, "{other}/openapi.json"),
    "servers elsewhere": document(lambda found, other: found.update(servers=[{"url": other}])),
    "servers that hide a host": document(lambda found, other: found.update(servers=[{"url": "@" + host_of(other)}])),
    "paths that hide a host": document(lambda found, other: repath(found, "@" + host_of(other))),
    "paths that are addresses": document(repath),
    "paths without a scheme": document(lambda found, other: repath(found, "//" + host_of(other))),
    "references elsewhere": document(refer),
    "references to files": document(lambda found, _: refer(found, "file:///etc")),
    "bases elsewhere": document(rebase),
}
# What says so is an honest document: where an API is served is not for the contract to say.
HONEST = {"servers elsewhere", "servers that hide a host"}
SOME = ["servers that hide a host", "paths that hide a host", "references elsewhere"]


def run_beside(other: str, deeds: dict[str, Says], guide: str, own_document: str, folder: Path, *more: str) -> Measured:
    file = folder / "conformance.toml"
    file.write_text(f'[credentials]\nbearer = "{TOKEN}"\n')
    said: dict[str, Deed] = {route: saying(says(other, json.loads(own_document))) for route, says in deeds.items()}
    with relaying(guide, said) as url:
        return measure(folder / "report", "--target-url", url, f"--target-config={file}", *more)


def test_no_redirect_and_no_page_leads_to_another_host(
    guide: str, own_document: str, calm: Measured, tmp_path: Path
) -> None:
    with recording() as other:
        run = run_beside(other.url, ROUTES, guide, own_document, tmp_path)

    assert other.received == []
    assert_withstood(run, calm)
    assert {"health-ok", "root-message", "sync-mode", "docs-swagger", "docs-redoc", "ws-hello", "bearer-accepted"} <= {
        *run.of_status("failed")
    }


@pytest.mark.parametrize("name", DOCUMENTS if ALL else SOME)
def test_no_document_leads_to_another_host(
    name: str, guide: str, own_document: str, calm: Measured, tmp_path: Path
) -> None:
    deeds = {"/openapi.json": DOCUMENTS[name]}

    with recording() as other:
        run = run_beside(other.url, deeds, guide, own_document, tmp_path, "--section", "openapi-docs")

    assert other.received == []
    assert TOKEN not in run.output
    assert_sound(run, calm)
    assert run.verdict == ("conformant" if name in HONEST else "nonconformant"), run.output
