"""What happens in a run of the suite: hooks that are registered once it is known to be one."""

import gc
import time
from collections.abc import Generator, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from conformance import collected, openapi, planning
from conformance.background import begun
from conformance.interruption import heed_termination, held
from conformance.ledger import Leftover, joined
from conformance.progress import Progress
from conformance.properties import Api
from conformance.quiet import mute
from conformance.report import terminal
from conformance.report.model import FILE, write
from conformance.session import Session
from conformance.settings import Settings, UsageError
from conformance.sharing import part_of
from conformance.target import Unreachable, open_target
from conformance.text import Masker, visible
from conformance.verdict import EXIT_CODES, Outcome, judge, settle

_OUTCOME = pytest.StashKey[Outcome]()
_API = pytest.StashKey[Api]()
_UNREACHABLE_EXIT = EXIT_CODES["unreachable"]
_NOT_REACHED = "its test was not run"


class Run:
    """A run of the suite: in one process, as the controller of workers, or as a worker."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.config = config
        self.settings = settings
        self.worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self.distributed = self.worker is None and config.getoption("dist", "no") != "no"
        self.selected = planning.select(settings)
        self.mask, self.progress = Masker(settings.secrets()), Progress(config)
        self.seed = int(self.worker["conformance_seed"]) if self.worker else planning.seed(config)
        self.outcomes: list[Outcome] = []
        self.leftovers: list[Leftover] = []
        self.requests = 0
        self.gone: str | None = None
        self.broken: str | None = None
        self.session: Session | None = None
        self.ahead: dict[str, Future[Outcome]] = {}
        self.hint: str | None = None
        self.began = time.perf_counter()
        self.report = planning.report(config, settings, self.selected, self.seed, self.mask)
        self.unheed = heed_termination() if self.worker is None else None
        if self.worker is None:
            planning.clear(settings.report_dir)
        # The kit tells failures in its own words; pytest's tracebacks would be about the kit.
        config.option.tbstyle = "no"
        config.option.reportchars = ""

    def api_of(self, item: pytest.Item) -> Api:
        """Give what the test of a requirement works with, the same for both of its tries."""
        if _API not in item.stash:
            assert self.session is not None
            name = collected.requirement_of(item) or ""
            item.stash[_API] = self.session.api(name, part=part_of(item), tell=self.progress)
        return item.stash[_API]

    def close(self) -> None:
        """End the client and whatever serves the target."""
        if self.session is not None:
            self.session.close()
            self.session = None
        if self.unheed is not None:
            self.unheed()

    # Start

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        try:
            self._open()
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        except KeyboardInterrupt:
            # pytest ends a session only once it has begun.
            self._settle()
            self._write("incomplete")
            raise
        except Unreachable as error:
            self.gone = str(error)
            self.report.outcomes = settle(self.selected, (), (), "the target is unreachable")
            self._write("unreachable")
            # pytest would tell the same again as a banner of its own.
            self.config.pluginmanager.unregister(name="terminalreporter")
            pytest.exit(f"target unreachable: {visible(self.mask(self.gone))}", returncode=_UNREACHABLE_EXIT)

    def _open(self) -> None:
        if self.settings.app and self.worker is None and not self.distributed:
            mute(self.config)
        told = self.settings
        # What cannot be read is told before anything is started.
        contract = openapi.given(told.openapi, told.folder, told.ca_file) if told.openapi else None
        served_at = self.worker.get("conformance_served_at") if self.worker else None
        target = open_target(told, served_at)
        self.report.kind, self.report.reach = target.kind, target.reach
        self.report.url = self.mask(target.name if target.kind == "app" else target.base_url)
        self.session = Session(told, target, self.seed, self.selected, contract=contract)
        try:
            if self.worker is None:
                self.hint = self.session.probe()
        finally:
            if self.distributed and target.process is None:
                # Its workers check the target; the controller only saw that it is there.
                self.close()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["conformance_seed"] = self.seed
        if self.session is not None and self.session.target.process is not None:
            node.workerinput["conformance_served_at"] = self.session.target.base_url

    def pytest_report_header(self) -> list[str]:
        return terminal.header(self.report, self.hint)

    # Collection

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        suite = Path(__file__).parent / "suite"
        if suite not in collection_path.parents or not collection_path.name.startswith("test_"):
            return None
        wanted = {f"test_{requirement.slug.replace('-', '_')}" for requirement in self.selected.values()}
        return None if any(collection_path.stem.startswith(name) for name in wanted) else True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = f"the kit failed: {report.nodeid} cannot be collected: {report.longreprtext.splitlines()[-1]}"

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        dropped = [item for item in items if (name := collected.requirement_of(item)) and name not in self.selected]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        kept = [item for item in items if item not in dropped]
        # What waits is begun ahead and asked for late; what measures time is alone at the end.
        items[:] = sorted(kept, key=collected.turn)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        # What is loaded by now stays to the end: looking through it for garbage, which pytest does five
        # times more when it ends, took a tenth of a run.
        gc.freeze()
        if self.session is None or self.worker is not None:
            return
        for item in session.items:
            if isinstance(item, pytest.Function) and item.get_closest_marker("ahead"):
                self.ahead[item.nodeid] = begun(partial(self._attempt, item))

    # Tests

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        name = collected.requirement_of(pyfuncitem)
        if name is None or self.session is None:
            return None
        begun = self.ahead.get(pyfuncitem.nodeid)
        outcome = begun.result() if begun else self._attempt(pyfuncitem)
        pyfuncitem.stash[_OUTCOME] = outcome
        if outcome.status == "not_verified":
            pytest.skip(visible(self.mask(outcome.message)))
        if outcome.status != "passed":
            pytest.fail(visible(self.mask(outcome.message)), pytrace=False)
        return True

    def _attempt(self, item: pytest.Function) -> Outcome:
        assert self.session is not None
        api, session = self.api_of(item), self.session
        offered = {"api": api, "settings": self.settings, "application": session.target.application}
        names = item._fixtureinfo.argnames  # noqa: SLF001 - as pytest's own hook does
        arguments = {name: offered[name] for name in names}
        return session.attempt(collected.requirement_of(item) or "", api, lambda: item.obj(**arguments))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        report = yield
        name = collected.requirement_of(item)
        if name is None:
            return report
        if report.when == "call" and _OUTCOME in item.stash:
            outcome = item.stash[_OUTCOME]
            report.conformance = outcome.as_dict()
            report.user_properties += [("requirement", name), ("status", outcome.status)]
            if report.failed:
                requirement = self.selected[name]
                rerun = self.report.rerun_of(name)
                report.longrepr = terminal.failure(requirement, outcome, rerun, requirement.slug, self.mask)
        elif report.failed:
            text = f"the kit failed during {report.when}: {report.longreprtext.splitlines()[-1]}"
            report.conformance = Outcome(name, "error", text).as_dict()
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = getattr(report, "conformance", None)
        if told and self.worker is None:
            self.outcomes.append(Outcome(**told))
        elif report.when not in ("setup", "call", "teardown") and (name := collected.requirement_at(report.nodeid)):
            # xdist's own report of a worker that died.
            self.outcomes.append(Outcome(name, "error", "the kit failed: a worker process died while it ran this test"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        told = getattr(report, "conformance", None)
        if not told:
            return None
        status = told["status"]
        word = status.replace("_", " ")
        return word, terminal.letter(status), f"{word.upper()} {told['requirement']}"

    # End

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {}).get("conformance")
        if told:
            self._take(told)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        interrupted = False
        if self.session is not None:
            try:
                outcomes, leftovers = self.session.finish()
            except KeyboardInterrupt:
                interrupted = True
                outcomes, leftovers = [], self.session.ledger.left("the run was interrupted before it was removed")
            told = {
                "outcomes": [outcome.as_dict() for outcome in outcomes],
                "leftovers": [dict(leftover.__dict__) for leftover in leftovers],
                "requests": self.session.client.requests,
                "gone": self.session.gone,
            }
            if self.worker is not None:
                self.config.workeroutput["conformance"] = told  # type: ignore[attr-defined]  # xdist's
                return
            self._take(told)
        if self.worker is not None or (self.gone and not self.outcomes):
            return
        with held() as signals:
            self._settle()
            crashed = exitstatus == pytest.ExitCode.INTERNAL_ERROR or self.broken
            self._write("error" if crashed else "unreachable" if self.gone else None)
        if interrupted or signals:
            session.exitstatus = pytest.ExitCode.INTERRUPTED
        elif self.broken or exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = EXIT_CODES[self.report.verdict]

    def pytest_terminal_summary(self, terminalreporter: Any, exitstatus: int) -> None:
        if self.worker is not None or not self.report.outcomes:
            return
        moved = ("blocked", "waived")
        for status in moved:
            names = {o.requirement for o in self.report.outcomes.values() if o.status == status}
            _move(terminalreporter.stats, names, status)
        for line, markup in terminal.summary(self.report, self.mask):
            terminalreporter.write_line(line, **markup)
        if self.broken:
            terminalreporter.write_line(visible(self.mask(self.broken)), red=True)

    def _take(self, told: Mapping[str, Any]) -> None:
        self.outcomes += [Outcome(**each) for each in told["outcomes"]]
        self.leftovers += [Leftover(**each) for each in told["leftovers"]]
        self.requests += told["requests"]
        self.gone = self.gone or told["gone"]

    def _settle(self) -> None:
        self.report.outcomes = settle(self.selected, self.outcomes, self.settings.waivers, _NOT_REACHED)

    def _write(self, verdict: Any) -> None:
        report = self.report
        report.verdict = verdict or judge(self.selected, report.outcomes, self.settings.waivers)
        report.leftovers = joined(self.leftovers)
        report.requests = self.requests
        report.duration_s = time.perf_counter() - self.began
        try:
            write(report, self.settings.report_dir, self.mask)
        except Exception as error:  # noqa: BLE001 - a full disk, or a bug: the terminal tells of the run all the same
            reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
            self.broken = f"the kit failed: {self.settings.report_dir / FILE} cannot be written: {reason}"
            report.verdict = "error"


def _move(stats: dict[str, list[Any]], names: set[str], category: str) -> None:
    for status, reports in list(stats.items()):
        if status in ("failed", "unstable"):
            moved = [r for r in reports if getattr(r, "conformance", {}).get("requirement") in names]
            stats[status] = [r for r in reports if r not in moved]
            if moved:
                stats.setdefault(category, []).extend(moved)
