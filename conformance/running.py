"""What happens in a run of the suite: hooks that are registered once it is known to be one."""

import gc
from collections.abc import Generator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance import collected, openapi, planning
from conformance.account import Account
from conformance.background import begun
from conformance.interruption import heed_termination, held
from conformance.progress import Progress
from conformance.properties import Api
from conformance.quiet import mute
from conformance.report import terminal
from conformance.session import Session, kit_failed
from conformance.settings import Settings, UsageError
from conformance.sharing import part_of
from conformance.target import Unreachable, open_target
from conformance.text import Masker, visible
from conformance.verdict import EXIT_CODES, Outcome, Word

_OUTCOME = pytest.StashKey[Outcome]()
_API = pytest.StashKey[Api]()
_NOT_HELD = ("failed", "unstable")


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
        self.session: Session | None = None
        self.ahead: dict[str, Future[Outcome]] = {}
        self.hint: str | None = None
        self.report = planning.report(config, settings, self.selected, self.seed, self.mask)
        self.account = Account(self.report, settings, self.mask)
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
            self.account.settle()
            self.account.write("incomplete")
            raise
        except Unreachable as error:
            self.account.gone = str(error)
            self._not_begun("unreachable", f"target unreachable: {error}", "the target is unreachable")
        except Exception as error:
            if self.worker is not None:
                raise
            self._not_begun("error", kit_failed(error), "the run did not begin")

    def _not_begun(self, verdict: Word, line: str, missing: str) -> NoReturn:
        """End a run before its tests, with its report and one line."""
        self.account.settle(missing)
        self.account.write(verdict)
        # pytest would tell the same again as a banner of its own.
        self.config.pluginmanager.unregister(name="terminalreporter")
        told = f"{line}; {self.account.broken}" if self.account.broken else line
        pytest.exit(visible(self.mask(told)), returncode=EXIT_CODES[verdict])

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
            reason = report.longreprtext.splitlines()[-1]
            self.account.broken = f"the kit failed: {report.nodeid} cannot be collected: {reason}"

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
            self.account.outcomes.append(Outcome(**told))
        elif report.when not in ("setup", "call", "teardown") and (name := collected.requirement_at(report.nodeid)):
            # xdist's own report of a worker that died.
            text = "the kit failed: a worker process died while it ran this test"
            self.account.outcomes.append(Outcome(name, "error", text))

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
            self.account.take(told)

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
            self.account.take(told)
        if self.worker is not None or (self.account.gone and not self.account.outcomes):
            return
        with held() as signals:
            self.account.settle()
            crashed = exitstatus == pytest.ExitCode.INTERNAL_ERROR or self.account.broken
            self.account.write("error" if crashed else "unreachable" if self.account.gone else None)
        if interrupted or signals:
            session.exitstatus = pytest.ExitCode.INTERRUPTED
        elif self.account.broken or exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = EXIT_CODES[self.report.verdict]

    def pytest_terminal_summary(self, terminalreporter: Any, exitstatus: int) -> None:
        if self.worker is not None or not self.report.outcomes:
            return
        waived = {waiver.requirement for waiver in self.settings.waivers}
        for status, before in (("blocked", _NOT_HELD), ("waived", _NOT_HELD), ("error", ("passed",))):
            # Of what passed, only a stale waiver makes an error.
            names = {o.requirement for o in self.report.outcomes.values() if o.status == status}
            _move(terminalreporter.stats, names & waived if status == "error" else names, before, status)
        for line, markup in terminal.summary(self.report, self.mask):
            terminalreporter.write_line(line, **markup)
        if self.account.broken:
            terminalreporter.write_line(visible(self.mask(self.account.broken)), red=True)


def _move(stats: dict[str, list[Any]], names: set[str], before: tuple[str, ...], after: str) -> None:
    """Have pytest's last line count these requirements as they were settled at the end."""
    for status in before:
        reports = stats.get(status, [])
        moved = [r for r in reports if getattr(r, "conformance", {}).get("requirement") in names]
        if moved:
            stats[status] = [r for r in reports if r not in moved]
            stats.setdefault(after, []).extend(moved)
