"""What a target says is shown as it is written and never obeyed, whatever field it stands in."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.hostile.measured import Measured, assert_withstood, measure
from tests.hostile.relay import Deed, relaying, saying
from tests.hostile.test_websockets import frame, upgraded
from tests.servers import answer

NASTY = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\x08\u202egnp\u2028</script><script>alert(1)</script>\r\n::error::%0A"
_HEADER = "\x1b[2J<script>alert(1)</script>"


def nasty(value: Any, status: int = 200, kind: str = "application/json") -> Deed:
    return saying(answer(status, json.dumps(value, ensure_ascii=False).encode(), kind))


def entry(**parts: Any) -> dict[str, Any]:
    return {"detail": [{"loc": [NASTY], "msg": NASTY, "type": NASTY, NASTY: NASTY, **parts}]}


def test_no_field_of_an_answer_is_obeyed(guide: str, own_document: str, calm: Measured, tmp_path: Path) -> None:
    found = json.loads(own_document)
    found["info"] = {"title": NASTY, "version": NASTY, "description": NASTY}
    found["paths"]["/health"]["get"]["responses"] = {NASTY: {"description": NASTY}}
    deeds: dict[str, Deed] = {
        "/": nasty({"message": [NASTY]}),
        "/health": nasty({"status": NASTY, NASTY: NASTY}),
        "/items": nasty({"id": NASTY, "limit": NASTY, "offset": NASTY}, 201),
        "/search": nasty(entry(), 422),
        "/users": nasty(entry(loc=["body", NASTY]), 422),
        "/secure": nasty({"detail": NASTY}, 401),
        "/my-error": nasty({"error": NASTY}, 400),
        "/upload": nasty({"filename": NASTY, "bytes": NASTY}),
        "/sync": saying(
            b"HTTP/1.1 200 \x1b[2J\r\nContent-Type: application/\x1b[2Jjson\r\nContent-Length: 2\r\n\r\n{}"
        ),
        "/async": saying(answer(200, b"{}", f"text/html; {_HEADER}")),
        "/stream": nasty(NASTY, kind=f"text/{_HEADER}"),
        "/docs": saying(answer(200, NASTY.encode(), "text/html")),
        "/events": saying(b"HTTP/1.1 405 No\r\nAllow: \x1b[2J\r\nContent-Length: 0\r\n\r\n"),
        "/openapi.json": nasty(found),
        "/ws": upgraded(frame(1, NASTY.encode()), frame(8, b"\x03\xe9" + b"\x1b[2J")),
    }
    junit = tmp_path / "junit.xml"

    with relaying(guide, deeds) as url:
        run = measure(tmp_path / "report", "--target-url", url, f"--junitxml={junit}")

    assert_withstood(run, calm)
    # What is obeyed by a page or a terminal is no part of any report.
    told = (tmp_path / "report" / "report.json").read_bytes()
    assert all(32 <= byte < 127 or byte == 10 for byte in told)
    assert "\x1b" not in "".join(ElementTree.parse(junit).getroot().itertext())
    assert "::error::" not in [line[:9] for line in run.output.splitlines()]
