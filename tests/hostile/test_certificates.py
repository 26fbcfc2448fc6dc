"""A certificate that does not fit ends the run before anything is sent."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from tests.hostile.measured import Measured, measure
from tests.servers import Received, Server, answer, replying

TOKEN = "t0ken-of-the-run"


def run_on(
    certificate: trustme.LeafCert, folder: Path, ca: trustme.CA | None = None
) -> tuple[Measured, list[Received]]:
    """Run on a server of this certificate, with a CA that the run is told of or none."""
    received: list[Received] = []

    def keep(request: Received) -> bytes:
        received.append(request)
        return answer()

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(tls)
    told = f'[http]\nheaders = {{ X-Access-Token = "{TOKEN}" }}\n'
    if ca is not None:
        ca.cert_pem.write_to_path(folder / "ca.pem")
        told += 'ca_file = "ca.pem"\n'
    file = folder / "conformance.toml"
    file.write_text(told + f'[credentials]\nbearer = "{TOKEN}"\n')
    server = Server(replying(keep), tls)
    try:
        url = server.url.replace("http:", "https:")
        run = measure(folder / "report", "--target-url", url, f"--target-config={file}", "--section", "first-api")
    finally:
        server.close()
    return run, received


CA = trustme.CA()
UNFIT: dict[str, Callable[[], tuple[trustme.LeafCert, trustme.CA | None]]] = {
    "of nobody that is known": lambda: (CA.issue_cert("127.0.0.1"), None),
    "of another host": lambda: (CA.issue_cert("elsewhere.example"), CA),
    "of another authority": lambda: (trustme.CA().issue_cert("127.0.0.1"), CA),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_certificate_that_does_not_fit_gets_one_line_and_nothing_else(kind: str, tmp_path: Path) -> None:
    run, received = run_on(UNFIT[kind]()[0], tmp_path, UNFIT[kind]()[1])

    assert (run.verdict, run.exit_code) == ("unreachable", 69), run.output
    assert received == []
    assert "certificate" in run.output
    assert "Traceback" not in run.output


def test_a_certificate_of_the_authority_that_was_named_fits(tmp_path: Path) -> None:
    run, received = run_on(CA.issue_cert("127.0.0.1"), tmp_path, CA)

    assert run.verdict == "nonconformant", run.output
    assert {request.header("x-access-token") for request in received} == {TOKEN}
