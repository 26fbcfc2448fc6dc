"""The account of a run: what its tests and workers told, settled, judged, and written as its report."""

import time
from collections.abc import Mapping
from typing import Any

from conformance.ledger import Leftover, joined
from conformance.report.model import FILE, Report, write
from conformance.settings import Settings
from conformance.text import Masker
from conformance.verdict import Outcome, Word, judge, settle

_NOT_REACHED = "its test was not run"


class Account:
    """What is known of a run.

    ``gone`` says that the target stopped answering, ``broken`` that the kit failed.
    """

    def __init__(self, report: Report, settings: Settings, mask: Masker) -> None:
        self.report = report
        self.outcomes: list[Outcome] = []
        self.gone: str | None = None
        self.broken: str | None = None
        self._settings = settings
        self._mask = mask
        self._leftovers: list[Leftover] = []
        self._requests = 0
        self._began = time.perf_counter()

    def take(self, told: Mapping[str, Any]) -> None:
        """Add what one process tells at its end."""
        self.outcomes += [Outcome(**each) for each in told["outcomes"]]
        self._leftovers += [Leftover(**each) for each in told["leftovers"]]
        self._requests += told["requests"]
        self.gone = self.gone or told["gone"]

    def settle(self, missing: str = _NOT_REACHED) -> None:
        """Give every requirement its outcome: ``missing`` says why one has none."""
        self.report.outcomes = settle(self.report.selected, self.outcomes, self._settings.waivers, missing)

    def write(self, verdict: Word | None = None) -> None:
        """Write the report, with the verdict that follows from the outcomes unless one is given."""
        report = self.report
        report.verdict = verdict or judge(report.selected, report.outcomes, self._settings.waivers)
        report.leftovers = joined(self._leftovers)
        report.requests = self._requests
        report.duration_s = time.perf_counter() - self._began
        try:
            write(report, self._settings.report_dir, self._mask)
        except Exception as error:  # noqa: BLE001 - a full disk, or a bug: the terminal tells of the run all the same
            reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            self.broken = f"the kit failed: {self._settings.report_dir / FILE} cannot be written: {reason}"
            report.verdict = "error"
