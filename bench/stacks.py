"""What is compared: this project's pipeline in a copy of the checkout, and the older course's beside it."""

import dataclasses
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import COMMIT, ROOT, BenchError, commit, output

# Whose names begin with these is the bench's, and goes when it ends.
BUILD_ID = "bench"
COURSE = "benchcourse"
GUNICORN = "benchgunicorn"
PORTS = {
    name: int(os.environ.get(f"BENCH_{name}_PORT", default))
    for name, default in {"HTTP": 8090, "CLIENT": 3090, "COURSE": 8091, "GUNICORN": 8092, "FILES": 8093}.items()
}
PARENT = os.environ.get("DEBIAN_PARENT", "")
MYSQL = os.environ.get("MYSQL_PARENT", "")


def docker(*arguments: str) -> str:
    """Run docker. Returns what it printed."""
    return output("docker", *arguments)


def say(text: str) -> None:
    """Tell the person who waits."""
    print(f"=> {text}", flush=True)


@dataclasses.dataclass
class Run:
    """One run of make.

    Attributes: seconds: from start to end; lines: of its output, each with its second since the start
    """

    seconds: float
    lines: list[tuple[float, str]]

    @property
    def parts(self) -> dict[str, float]:
        """What it timed itself, by label, in seconds. Returns the labels with their times."""
        found = (re.fullmatch(r" {3}([^:]+): ([0-9.]+) s", line) for _, line in self.lines)
        return {match[1]: float(match[2]) for match in found if match}

    @property
    def phases(self) -> list[dict]:
        """What it announced (`=> ...`): each lasts until the next. Returns name, start and end in seconds."""
        starts = [(at, line.removeprefix("=> ").rstrip(".")) for at, line in self.lines if line.startswith("=> ")]
        ends = [at for at, _ in starts[1:]] + [self.seconds]
        spans = zip(starts, ends, strict=True)
        # The last words of a script are no phase.
        return [{"name": name, "from": at, "to": end} for (at, name), end in spans if end - at > 0.02]

    @property
    def suites(self) -> float:
        """What the tests themselves took: they are others in each pipeline, and more of them.

        Returns seconds: of the unit tests as Django says, of the acceptance tests with the container they run in.
        """
        said = (re.search(r"Ran \d+ tests? in ([0-9.]+)s", line) for _, line in self.lines)
        timed = sum(seconds for label, seconds in self.parts.items() if label.endswith(" tests") and "," not in label)
        told = sum(phase["to"] - phase["from"] for phase in self.phases if phase["name"] == "Running acceptance tests")
        return sum(float(match[1]) for match in said if match) + (timed or told)


class Pipeline:
    """A Makefile in a folder of its own.

    Attributes: name: in the results; projects: of Compose; edited: the file a developer edits, relative to the folder
    """

    name: str
    projects: tuple[str, ...]
    edited: str

    def __init__(self, folder: Path) -> None:
        """Make it."""
        self.folder = folder
        self.parent = PARENT
        self.edits = 0

    def knobs(self) -> dict[str, object]:
        """Say what make is given."""
        raise NotImplementedError

    def make(self, *goals: str) -> Run:
        """Run make to its end and time it."""
        command = ["make", *goals, *(f"{name}={value}" for name, value in self.knobs().items())]
        began, lines = time.time(), []
        with subprocess.Popen(  # noqa: S603
            command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                lines.extend((time.time() - began, line.rstrip("\n")) for line in process.stdout)
            except BaseException:
                # Whoever stops the bench stops what it runs, with all its children.
                os.killpg(process.pid, signal.SIGTERM)
                raise
        seconds = time.time() - began
        if process.returncode:
            sys.stderr.write("\n".join(line for _, line in lines[-40:]) + "\n")
            raise BenchError(
                f"expected `make {' '.join(goals)}` of {self.name} to succeed, found the error above. "
                "Try it by hand, or leave it as it is for a look: KEEP=yes"
            )
        return Run(seconds, lines)

    def edit(self) -> None:
        """Change one line of the source, each time to another."""
        self.edits += 1
        path = self.folder / self.edited
        kept = [line for line in path.read_text().splitlines() if not line.startswith("# edit ")]
        path.write_text("\n".join([*kept, f"# edit {self.edits}", ""]))

    def remove(self) -> None:
        """Remove everything of it but the folder, so that the next build begins with nothing."""
        raise NotImplementedError


class Ours(Pipeline):
    """This project, as the checkout stands: committed or not."""

    name = "ours"
    projects = (f"todobackend{BUILD_ID}", f"todobackend{BUILD_ID}dev")
    edited = "src/todo/views.py"
    images = {
        part: f"todobackend{suffix}:built{BUILD_ID}"
        for part, suffix in {
            "base": "-base", "dev": "-dev", "release": "", "nginx": "-nginx", "client": "-client", "agent": "-agent",
            "specs": "-specs", "browser-specs": "-browser-specs",
        }.items()
    }  # fmt: skip

    def __init__(self, folder: Path) -> None:
        """Copy the checkout, or COMMIT, and commit the copy, since the release's labels come from git."""
        super().__init__(folder)
        if COMMIT:
            folder.mkdir()
            output("git", "archive", "--format=tar", f"--output={folder}.tar", COMMIT)
            output("tar", "-xf", f"{folder}.tar", "-C", str(folder))
        else:
            names = output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
            for name in filter(None, names):
                # Nothing of the bench gets into an image.
                if (ROOT / name).is_file() and not name.startswith("bench/"):
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(ROOT / name, folder / name)
        output("git", "init", "-q", "--initial-branch=main", cwd=folder)
        output("git", "add", "-A", cwd=folder)
        author = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
        output("git", *author, "commit", "-qm", "What is measured", cwd=folder)

    def knobs(self) -> dict[str, object]:
        """Say what make is given. Returns its own names and ports; the parents by name, so that none is looked for."""
        return {
            "BUILD_ID": BUILD_ID,
            "HTTP_PORT": PORTS["HTTP"],
            "CLIENT_PORT": PORTS["CLIENT"],
            "DEBIAN_IMAGE": self.parent,
            "MYSQL_IMAGE": MYSQL,
        }

    def remove(self) -> None:
        """`make distclean`."""
        self.make("distclean")


class Course(Pipeline):
    """The older course's workflow: bench/course."""

    name = "course"
    projects = (COURSE, f"{COURSE}dev")
    edited = "src/todo/views.py"
    images = {part: f"{COURSE}-{part}" for part in ("base", "dev", "release", "nginx", "agent", "specs")}

    def __init__(self, folder: Path) -> None:
        """Copy it."""
        super().__init__(folder)
        shutil.copytree(ROOT / "bench" / "course", folder)

    def knobs(self) -> dict[str, object]:
        """Say what make is given. Returns its names, its port, its parents and the network's settings."""
        network = {name: os.environ[name] for name in ("CA_FILE", "PIP_FILE", "NPM_FILE")}
        return {"COURSE": COURSE, "COURSE_PORT": PORTS["COURSE"], "PARENT": self.parent, "MYSQL": MYSQL, **network}

    def remove(self) -> None:
        """`make clean`, and what that leaves."""
        self.make("clean")
        for project in self.projects:
            remove_project(project)
        remove_each(
            "rmi",
            "--force",
            ids=lines("image", "ls", "--quiet", *(f"--filter=reference={i}" for i in self.images.values())),
        )
        remove_each("volume", "rm", ids=lines("volume", "ls", "--quiet", "--filter", f"name=^{COURSE}-cache$"))
        for folder in ("target", "reports"):
            shutil.rmtree(self.folder / folder, ignore_errors=True)


def lines(*arguments: str) -> list[str]:
    """Run docker. Returns the lines it printed, each once."""
    return list(dict.fromkeys(docker(*arguments).split()))


def remove_each(*command: str, ids: list[str]) -> None:
    """Run a command of docker on ids, if there are any."""
    if ids:
        # Something may have gone meanwhile by itself.
        subprocess.run(["docker", *command, *ids], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603, S607


def remove_project(project: str) -> None:
    """Remove the containers, networks and volumes of a project of Compose."""
    mine = ("--quiet", "--filter", f"label=com.docker.compose.project={project}")
    remove_each("rm", "--force", "--volumes", ids=lines("ps", "--all", *mine))
    remove_each("network", "rm", ids=lines("network", "ls", *mine))
    remove_each("volume", "rm", ids=lines("volume", "ls", *mine))


def build(image: str, folder: str, **arguments: str) -> None:
    """Build an image of the bench's own."""
    given = [f"--target={arguments.pop('target')}"] if "target" in arguments else []
    given += [f"--build-arg={name}={value}" for name, value in arguments.items()]
    secret = [f"--secret=id={name},src={os.environ[file]}" for name, file in SECRETS.items()]
    docker("build", "--quiet", "--label", "bench=own", "--tag", image, *given, *secret, str(ROOT / "bench" / folder))


SECRETS = {"ca": "CA_FILE", "pip": "PIP_FILE", "apt": "APT_FILE"}


def fresh_parent() -> str:
    """Make a parent that no build has seen, with one tiny file more than the real one.

    BuildKit knows an image by its layers, so a label alone would change nothing.

    Returns its name. Every step of a build that begins with it has to be done again.
    """
    mark = secrets.token_hex(8)
    name = f"bench-parent:{mark}"
    recipe = f"FROM {PARENT}\nLABEL bench={mark}\nRUN echo {mark} >/etc/bench-parent\n"
    subprocess.run(  # noqa: S603
        ["docker", "build", "--quiet", "--tag", name, "-"],  # noqa: S607
        input=recipe, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return name


def forget_downloads() -> None:
    """Empty the caches that builds mount (pip's): nothing else of the engine's cache."""
    docker("builder", "prune", "--force", "--filter", "type=exec.cachemount")


def build_records() -> dict[str, str]:
    """List what the engine keeps of builds. Returns the time each record was made at, by its id."""
    text = docker("buildx", "du", "--verbose")
    return dict(re.findall(r"^ID:\s+(\S+)\nCreated at:\s+(.+)$", text, re.MULTILINE))


class Bench:
    """The folder and the names of one run; whatever happens, they are gone at its end, unless KEEP=yes.

    Attributes: folder: of the run, in the temporary folder; commit: what is measured; ours: this project; course: the
    yardstick
    """

    def __enter__(self) -> "Bench":
        """Begin."""
        self.records = build_records()
        self.cold = False
        self.folder = Path(tempfile.mkdtemp(prefix="todobackend-bench."))
        # Now: the checkout may change while this runs, and so may its commit.
        self.commit = commit()
        self.ours = Ours(self.folder / "ours")
        self.course = Course(self.folder / "course")
        return self

    def __exit__(self, *_: object) -> None:
        """Remove everything."""
        if os.environ.get("KEEP") == "yes":
            say(f"Kept, as you asked: {self.folder}, and what has the label bench or `{BUILD_ID}` in its name")
            return
        say("Removing what the bench made")
        for project in (*Ours.projects, *Course.projects, GUNICORN):
            remove_project(project)
        remove_each("rm", "--force", "--volumes", ids=lines("ps", "--all", "--quiet", "--filter", "label=bench"))
        remove_each("network", "rm", ids=lines("network", "ls", "--quiet", "--filter", "label=bench"))
        remove_each("volume", "rm", ids=lines("volume", "ls", "--quiet", "--filter", "label=bench"))
        for label in ("bench", f"todobackend.pipeline=todobackend{BUILD_ID}"):
            remove_each("rmi", "--force", ids=lines("image", "ls", "--quiet", "--filter", f"label={label}"))
        self.forget_cold_builds()
        shutil.rmtree(self.folder, ignore_errors=True)

    def forget_cold_builds(self) -> None:
        """Remove what cold builds left in the engine's cache: gigabytes that no other build can use.

        By id, the newest first, as one rests on the other. What an image still needs docker keeps by itself.
        """
        if not self.cold:
            return
        made = [(created, record) for record, created in build_records().items() if record not in self.records]
        for _, record in sorted(made, reverse=True):
            docker("builder", "prune", "--force", "--filter", f"id={record}")
