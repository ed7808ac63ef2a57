"""Run a tier of the tests (tiers.py) and print what each part found when it ends.

    python3 tests/run.py            what every change must pass; also: make tests
    python3 tests/run.py ci         the same, after what earlier runs left on this engine is removed; also: .ci/run
    python3 tests/run.py nightly    faults, kills, floods and losses; also: make nightly

Python 3.9 or newer, and nothing installed. The last line is `N passed, N failed`. The exit status is 0 only where
everything ran and passed: a part that ends early, hangs, or leaves tests out is red. Each part's output is in
reports/ci/NAME.log. SIGTERM ends the run and prints what was found until then.
"""

import concurrent.futures
import datetime
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import tiers

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "tests/nightly/results.json"
# A change here may change what the nightly tests find.
WATCHED = ("src", "docker", "ansible", "base-image", "pipeline")
TAIL = 400  # lines of a red part's log that are printed


class Result(NamedTuple):
    passed: int
    failed: int
    seconds: int = 0


class Run:
    """One run of a tier: `results` ({name: Result}) as far as it came, and the processes that are at work."""

    def __init__(self, phases, folder=ROOT):
        self.phases, self.folder = phases, folder
        self.logs = folder / "reports/ci"
        self.results, self.processes = {}, {}
        self.tests = {}  # {file: number}, as pytest collects them
        self.lanes = queue.SimpleQueue()
        self.began, self.stopped = time.time(), False

    def collect(self):
        """Ask pytest for its tests. Returns a line for each file that is not in exactly one part of the table."""
        found = subprocess.run(
            ["make", "tests", "T=--collect-only -qq"], cwd=self.folder, capture_output=True, text=True, timeout=900
        )
        self.tests = {file: int(n) for file, n in re.findall(r"^(\S+\.py): (\d+)$", found.stdout, re.MULTILINE)}
        if found.returncode or not self.tests:
            return [f"expected pytest to collect the tests, found:\n{found.stdout}{found.stderr}"]
        return self.misplaced(part for phase in tiers.EVERY_CHANGE + tiers.NIGHTLY for part in phase)

    def misplaced(self, parts):
        wanted = [(name, part.name) for part in parts for name in part.tests]
        owners = {file: [part for name, part in wanted if file in self.files(name)] for file in self.tests}
        return [
            *(f"expected {file} in one part, found it in {found}" for file, found in owners.items() if len(found) != 1),
            *(f"expected tests in {name} (part {part}), found none" for name, part in wanted if not self.files(name)),
        ]

    def files(self, name):
        """Return the files of tests that a file or a folder stands for."""
        return [file for file in self.tests if file == name or file.startswith(f"{name}/")]

    def run(self):
        """Run all phases; a red part does not keep the others from running."""
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        for number in range(tiers.LANES):
            self.lanes.put(number)
        for phase in self.phases:
            pool = concurrent.futures.ThreadPoolExecutor(tiers.LANES)
            try:
                pending = {pool.submit(self.run_part, part) for part in phase}
                while pending:
                    done, pending = concurrent.futures.wait(pending, 60, concurrent.futures.FIRST_COMPLETED)
                    if not done:
                        say(f"... {self.minutes()} min, at work: {', '.join(self.processes)}")
            except KeyboardInterrupt:
                self.stop()  # else the end of the pool would wait for its parts
                raise
            finally:
                pool.shutdown()

    def run_part(self, part):
        """Run one part in a free lane and print what it found."""
        lane, began = self.lanes.get(), time.monotonic()
        try:
            if self.stopped:
                return
            found, note = self.judge(part, self.execute(part, tiers.FIRST_PORT + lane * tiers.PORTS_OF_A_LANE))
        except Exception as error:
            found, note = Result(0, 1), repr(error)
        finally:
            self.lanes.put(lane)
        if self.stopped:
            return
        self.results[part.name] = found = found._replace(seconds=round(time.monotonic() - began))
        if found.failed:
            log = (self.logs / f"{part.name}.log").read_text(errors="replace").splitlines()
            say("\n".join([f"##### the end of reports/ci/{part.name}.log:", *log[-TAIL:]]))
        say(f"##### {part.name}: {found.passed} passed, {found.failed} failed in {found.seconds} s {note}".rstrip())

    def execute(self, part, port):
        """Run the command of a part into its log; return its exit status, or None where its time was over."""
        env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        env |= {"NO_COLOR": "1", "PART": part.name, "PORT_BLOCK": str(port), "BEGAN": str(int(self.began))}
        env["PYTEST_ADDOPTS"] = f'--junitxml="{self.logs / part.name}.xml" --durations=15 --durations-min=5'
        with (self.logs / f"{part.name}.log").open("wb") as log:
            process = self.processes[part.name] = subprocess.Popen(
                part.command,
                shell=True,
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            if self.stopped:
                end(process)  # it began while `stop` ended the others
            try:
                return process.wait(60 * part.minutes)
            except subprocess.TimeoutExpired:
                end(process)
            finally:
                del self.processes[part.name]

    def judge(self, part, status):
        """Count the tests that passed and the others, the missing ones included; a part without tests counts as one."""
        notes, expected = [], sum(self.tests[file] for name in part.tests for file in self.files(name))
        if status != 0:
            notes.append(f"not finished in {part.minutes} min" if status is None else f"exit status {status}")
        passed, failed = count(self.logs / f"{part.name}.xml") if part.tests else (int(not notes), 0)
        if passed + failed < expected:
            notes.append(f"{expected - passed - failed} of {expected} tests did not run")
            failed = expected - passed
        for name in part.reports:
            more = count(self.folder / "reports" / name, since=int(self.began))
            if sum(more) == 0:
                notes.append(f"no new {name}")
            passed, failed = passed + more[0], failed + more[1]
        return Result(passed, failed or len(notes)), "; ".join(notes)

    def stop(self):
        """End what is at work."""
        self.stopped = True
        for process in list(self.processes.values()):
            end(process)

    def minutes(self):
        return round((time.time() - self.began) / 60)

    def missing(self):
        return [part.name for phase in self.phases for part in phase if part.name not in self.results]

    def red(self):
        return [name for name, result in self.results.items() if result.failed]

    def is_green(self):
        return not self.missing() and not self.red()

    def tally(self):
        """Print what did not run, what failed, and the sum."""
        say(f"\n{self.minutes()} min")
        for what, names in (("NOT RUN", self.missing()), ("FAILED", self.red())):
            if names:
                say(f"{what}: {', '.join(names)}")
        passed = sum(result.passed for result in self.results.values())
        failed = sum(result.failed for result in self.results.values()) + len(self.missing())
        say(f"{passed} passed, {failed} failed")


def say(text):
    print(text, flush=True)


def end(process):
    """End a process group, by force where it does not end when it is asked to."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(30)
            return
        except subprocess.TimeoutExpired:
            continue
        except ProcessLookupError:
            return


def count(report, since=0):
    """Return how many tests of a JUnit report passed, and how many did not: a skipped test is none that passed."""
    try:
        cases = list(ElementTree.parse(report).iter("testcase")) if report.stat().st_mtime >= since else []
    except (OSError, ElementTree.ParseError):
        return 0, 0
    bad = sum(any(case.find(tag) is not None for tag in ("failure", "error", "skipped")) for case in cases)
    return len(cases) - bad, bad


def git(*arguments):
    found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    return found.stdout.strip() if found.returncode == 0 else None


def merged_figures(since):
    """Merge the figures that the parts of this run wrote into reports/figures.json; return them."""
    found = {}
    for file in sorted((ROOT / "reports/figures").glob("*.json")):
        if file.stat().st_mtime >= int(since):
            found.update(json.loads(file.read_text()))
    (ROOT / "reports").mkdir(exist_ok=True)
    (ROOT / "reports/figures.json").write_text(json.dumps(found, indent=2) + "\n")
    return found


def record_nightly(run, figures):
    """Write when the nightly tests were green, on which commit, and what they measured."""
    results = {
        "commit": git("rev-parse", "--short=12", "HEAD") + (" with changes" if git("status", "--porcelain") else ""),
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "minutes": run.minutes(),
        "parts": {name: result._asdict() for name, result in sorted(run.results.items())},
        "figures": figures,
    }
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    say(f"Written to {RESULTS.relative_to(ROOT)}: commit it.")


def nightly_state():
    """Return a line: when the nightly tests were green, and what changed since."""
    results = json.loads(RESULTS.read_text())
    if not results["commit"]:
        return "nightly never green"
    changed = git("diff", "--name-only", results["commit"].split()[0], "HEAD", "--", *WATCHED)
    if changed is None:
        since = "unknown, the commit is not in this clone"
    else:
        since = ", ".join(sorted({name.split("/")[0] for name in changed.splitlines()})) or "nothing"
    return f"nightly last green at {results['commit']}, {results['date']}; changed since: {since}"


def interrupt(*_):
    raise KeyboardInterrupt


def main(tier):
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    run, before = Run(tiers.TIERS[tier]), git("status", "--porcelain")
    try:
        wrong = run.collect()
        run.results["every test is in one part"] = Result(int(not wrong), len(wrong))
        say("\n".join(wrong) or f"{sum(run.tests.values())} tests, each in one part")
        run.run()
        now = git("status", "--porcelain")
        run.results["the checkout is as it was"] = Result(int(now == before), int(now != before))
        if now != before:
            say(f"expected the checkout as it was, found:\n{now}")
    except KeyboardInterrupt:
        say("interrupted")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        run.stop()
        figures = merged_figures(run.began)
        if tier != "nightly":
            say(nightly_state())
        elif run.is_green():
            record_nightly(run, figures)
        run.tally()
    return 0 if run.is_green() else 1


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["e2e"])))
