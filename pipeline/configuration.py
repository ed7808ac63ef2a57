"""The knobs, each with its default, its check and its line in the menu, and the names that follow from them."""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Callable, NamedTuple

from pipeline.errors import VerdictError

# Projects are named PIPELINE, PIPELINEdev, PIPELINElab, PIPELINE-candidate: a PIPELINE that ends so could be another's.
RESERVED_ENDINGS = re.compile(r"(dev|lab|-candidate)$")
LAST_PORT = 65535


class Knob(NamedTuple):
    """`expected` says what the value must be; `check` says whether it is; `hint` says what to type.

    `help` is its line in the menu; a `rare` knob is in the long menu only. `more` is how many ports follow this one.
    """

    default: str
    help: str
    expected: str = ""
    check: Callable[[str], object] = bool
    hint: str = "Correct it."
    rare: bool = False
    more: int = 0


def matches(pattern: str) -> Callable[[str], object]:
    """Return a check of the whole value."""
    return re.compile(pattern).fullmatch


def is_port(value: str, last: int) -> bool:
    return bool(re.fullmatch("[1-9][0-9]{0,4}", value)) and 1 <= int(value) <= last


def is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def port(default: str, text: str, rare: bool = False, more: int = 0) -> Knob:
    """Return a knob for a port; `more` ports follow it."""
    hint = "Type for example: make {goals} {name}=8001"
    last = f"{{name}} from 1 to {LAST_PORT - more}"
    return Knob(default, text, last, lambda value: is_port(value, LAST_PORT - more), hint, rare, more)


def number(default: str, text: str, rare: bool = False) -> Knob:
    return Knob(default, text, "a whole number in {name}", matches("[0-9]{1,6}"), rare=rare)


def one_of(default: str, text: str, *values: str, rare: bool = False) -> Knob:
    return Knob(default, text, f"{{name}} to be one of {', '.join(values)}", matches("|".join(values)), rare=rare)


# A knob without a check is checked by the verb that uses it.
KNOBS = {
    "BUILD_ID": Knob(
        "",
        "suffix of all names: several pipelines on one machine",
        "BUILD_ID of small letters, digits, '-' and '_' (it becomes part of Docker's names)",
        matches("[a-z0-9_-]*"),
        "Type for example: make {goals} BUILD_ID={suggestion}",
    ),
    "HTTP_PORT": port("8000", "where the release answers"),
    "CLIENT_PORT": port("3000", "where its page does"),
    "BIND": Knob(
        "127.0.0.1",
        "address to listen on; 0.0.0.0 opens it to the network",
        "BIND as the IP address of this machine to listen on",
        is_address,
        "Type for example: make {goals} BIND=0.0.0.0",
    ),
    "DOCKER_REGISTRY": Knob(
        "docker.io",
        "where images are published",
        "DOCKER_REGISTRY as a host's name, with a dot or a port (docker takes another word for a user of docker.io)",
        matches(
            "localhost|[A-Za-z0-9][A-Za-z0-9-]*([.][A-Za-z0-9-]+)*:[0-9]+|[A-Za-z0-9][A-Za-z0-9-]*([.][A-Za-z0-9-]+)+"
        ),
    ),
    "ORG_NAME": Knob(
        "todobackend",
        "whose images: the groups before the name",
        "ORG_NAME of small letters and digits, '.', '_' or '-' between them, groups separated by '/'",
        matches("[a-z0-9]+([._/-][a-z0-9]+)*"),
    ),
    "REPO_NAME": Knob(
        "todobackend",
        "name of images and projects",
        "REPO_NAME of small letters and digits, '-' or '_' between them",
        matches("[a-z0-9]+([_-][a-z0-9]+)*"),
    ),
    "PACKAGE_INDEX_URL": Knob("", "package index that is read"),
    "PACKAGE_UPLOAD_URL": Knob("", "where wheels are uploaded"),
    "BUILD_TAG": Knob("", "suffix of make buildtag; else the time"),
    "INVENTORY": Knob("ansible/inventory/local.yml", "the Swarm to deploy to"),
    "PARENTS": one_of("auto", "where parent images come from: auto, pull, build", "auto", "pull", "build"),
    "DEBIAN_IMAGE": Knob("", "another Debian parent"),
    "MYSQL_IMAGE": Knob("", "another MySQL parent"),
    "INSTALL_ENGINE": one_of("yes", "no: install and start nothing on this machine", "yes", "no"),
    "PROBE_TIMEOUT": number("180", "seconds that the agent waits for MySQL"),
    "PROBE_DELAY": number("0", "seconds before it asks", rare=True),
    "STAND_INS": one_of("no", "yes: make publish also sends what stands on parents made here", "yes", "no", rare=True),
    "MIN_FREE_GIB": number("5", "free disk without which nothing begins", rare=True),
    "REGISTRY_PORT": port("5000", "where make registry listens; its package index on the next", rare=True, more=1),
    "CI_PORT": port("8010", "where make ci-server does; its release on the next two", rare=True, more=2),
    "CI_REPOSITORY": Knob("", "what it polls; else this checkout", rare=True),
    "DOCS_PORT": port("8020", "where make docs-serve does", rare=True),
    "CLUSTER_NETWORK": Knob(
        "10.77.0",
        "network of make cluster's nodes",
        "CLUSTER_NETWORK as three numbers from 0 to 255 with dots between them",
        lambda value: is_address(f"{value}.0"),
        "Type for example: make {goals} CLUSTER_NETWORK=10.77.0",
        rare=True,
    ),
    # An argument of a verb.
    "VERSION": Knob("", ""),
}

# Variables of make's command line that are a verb's arguments.
ARGUMENTS = {
    "test": ("T",),
    "tests": ("T",),
    "bench": ("B",),
    "tag": ("TAGS",),
    "buildtag": ("TAGS",),
    "backup": ("FILE",),
    "restore": ("FILE",),
    "logs": ("S", "ENV"),
    "lint": ("FIX",),
    "exercise": ("E",),
    "rename": ("NAME", "APP"),
}
SEVERAL = {"T", "B", "TAGS"}  # of these each word is an argument

# Every user of this machine can read a process's arguments.
SECRETS = ("DOCKER_PASSWORD", "TWINE_PASSWORD")
ADDRESSES = ("PACKAGE_INDEX_URL", "PACKAGE_UPLOAD_URL")  # may carry one


def arguments(verb: str, environment: Mapping[str, str]) -> list[str]:
    """Return what was given to a verb on make's command line: words after `tag`, values of variables."""
    goals = environment.get("GOALS", "").split()
    found = goals[1:] if verb in ("tag", "buildtag") and goals[:1] == [verb] else []
    for name in ARGUMENTS.get(verb, ()):
        value = environment.get(name, "")
        try:
            found += shlex.split(value) if name in SEVERAL else [value]
        except ValueError as error:
            raise VerdictError(f"expected words in {name}, found '{value}' ({error}). Correct it.") from None
    return found


def check_typed(environment: Mapping[str, str]) -> None:
    """Refuse variables of make's command line that are a secret, or were meant as a tag. Raises VerdictError."""
    typed = environment.get("TYPED", "").split()
    open_addresses = [name for name in ADDRESSES if "@" in environment.get(name, "")]
    for name in typed:
        if name in (*SECRETS, *open_addresses):
            raise VerdictError(
                f"expected {name} in the environment, found it on the command line, where everyone on this machine can "
                f"read it. Type: read -rs {name}; export {name}"
            )
    known = {"V", *KNOBS, *(name for names in ARGUMENTS.values() for name in names)}
    if environment.get("GOALS", "").startswith(("tag", "buildtag")):
        for name in sorted(set(typed) - known):
            raise VerdictError(
                f"expected a tag, found '{name}={environment.get(name, '...')}', which make takes for a variable. "
                "Choose another name."
            )


# The images that a release is made of: they are judged, tagged and published together. Their verdicts are names:
# `built`, then `accepted` by the suites, then `running` where `make start` starts them.
PARTS = ("app", "nginx", "client")

# The images of docker/images.yml, by the variables that have their names in the compose files.
IMAGES = {
    f"{name.upper().replace('-', '_')}_IMAGE": name
    for name in (
        *("base", "dev", *PARTS, "edge", "agent", "specs", "browser-specs"),
        *("npm", "lint", "docs", "report", "publish", "record"),
        *("registry", "index", "node", "ci-server"),
    )
}

# Settings of the release environment that a user may give (docs/settings.md).
RELEASE_SETTINGS = ("ALLOWED_HOSTS", "API_URL", "TRUSTED_PROXIES", "UWSGI_PROCESSES")


class Configuration:
    """The checked knobs, and names by rule. Every name contains BUILD_ID, so pipelines share nothing."""

    def __init__(self, knobs: Mapping[str, str], goals: str = "release", typed: str = ""):
        self._knobs = dict(knobs)
        self.goals = goals
        # Other variables that were typed after the verb, as arguments of make.
        self.typed = typed
        self.build_id = self.knob("BUILD_ID")
        self.pipeline = self.knob("REPO_NAME") + self.build_id
        self.dev_project = f"{self.pipeline}dev"
        self.release_project = self.pipeline
        self.candidate_project = f"{self.pipeline}-candidate"
        self.lab_project = f"{self.pipeline}lab"
        # The pipeline of the CI server's builds.
        self.ci_pipeline = f"{self.pipeline}-ci-server"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Configuration:
        """Read the knobs. Raises VerdictError for the first invalid value."""
        goals = environment.get("GOALS") or "release"
        check_typed(environment)
        values = {name: environment.get(name) or knob.default for name, knob in KNOBS.items()}
        for name, knob in KNOBS.items():
            if knob.expected and not knob.check(values[name]):
                suggestion = re.sub("[^a-z0-9_-]", "", values[name].lower())
                pipeline = f" BUILD_ID={values['BUILD_ID']}" if name != "BUILD_ID" and values["BUILD_ID"] else ""
                hint = knob.hint.format(name=name, goals=f"{goals}{pipeline}", suggestion=suggestion)
                raise VerdictError(f"expected {knob.expected.format(name=name)}, found '{values[name]}'. {hint}")
        ending = RESERVED_ENDINGS.search(values["REPO_NAME"] + values["BUILD_ID"])
        if ending:
            raise VerdictError(
                f"expected REPO_NAME followed by BUILD_ID not to end in '{ending[1]}' (the name of another pipeline's "
                f"environment), found '{values['REPO_NAME']}' and '{values['BUILD_ID']}'. Choose another."
            )
        others = [
            f" {name}={shlex.quote(environment.get(name, ''))}"
            for name in environment.get("TYPED", "").split()
            if name not in ("BUILD_ID", "HTTP_PORT", "CLIENT_PORT")
        ]
        return cls(values, goals, "".join(others))

    def knob(self, name: str) -> str:
        return self._knobs[name]

    def port(self, name: str) -> int:
        """Return the value of a knob that names a port."""
        return int(self.knob(name))

    @property
    def index_port(self) -> int:
        """Where the package index of `make registry` listens."""
        return self.port("REGISTRY_PORT") + 1

    def image(self, name: str, verdict: str = "built") -> str:
        """Return the name of an image on this machine. `verdict` is its tag: built, tested, accepted or running."""
        part = "" if name == "app" else f"-{name}"
        return f"{self.knob('REPO_NAME')}{part}:{verdict}{self.build_id}"

    def part_images(self, verdict: str) -> dict[str, str]:
        """Return the images of a release's parts by their variables in the compose file."""
        return {variable: self.image(name, verdict) for variable, name in IMAGES.items() if name in PARTS}

    def project(self, environment: str) -> str:
        """Return the Compose project of an environment: dev, candidate, release, lab."""
        return str(getattr(self, f"{environment}_project"))

    def repository(self, name: str) -> str:
        part = "" if name == "app" else f"-{name}"
        registry = "" if self.knob("DOCKER_REGISTRY") == "docker.io" else f"{self.knob('DOCKER_REGISTRY')}/"
        return f"{registry}{self.knob('ORG_NAME')}/{self.knob('REPO_NAME')}{part}"

    def variables(self, state: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of the compose files; `environment` is the user's."""
        network = state / "network"
        return {
            **{name: environment[name] for name in RELEASE_SETTINGS if environment.get(name)},
            **{variable: self.image(name) for variable, name in IMAGES.items()},
            "TESTED_IMAGE": self.image("dev", "tested"),
            "PIPELINE": self.pipeline,
            "DEV_PROJECT": self.dev_project,
            "RELEASE_PROJECT": self.release_project,
            "LAB_PROJECT": self.lab_project,
            "REGISTRY_STATE": str(state / f"registry{self.build_id}"),
            "CLUSTER_STATE": str(state / f"cluster{self.build_id}"),
            "CA_FILE": str(network / "ca.pem"),
            "PIP_FILE": str(network / "pip.conf"),
            "APT_FILE": str(network / "apt.conf"),
            "NPM_FILE": str(network / "npmrc"),
            **{name: self.knob(name) for name in KNOBS if name.endswith("_PORT")},
            "INDEX_PORT": str(self.index_port),
            "BIND": f"[{self.knob('BIND')}]" if ":" in self.knob("BIND") else self.knob("BIND"),
            **{name: self.knob(name) for name in ("PROBE_DELAY", "PROBE_TIMEOUT", "CLUSTER_NETWORK")},
        }

    @property
    def addresses(self) -> str:
        """Where the release answers, as the end of a sentence."""
        page = f"http://localhost:{self.knob('CLIENT_PORT')}"
        return f"http://localhost:{self.knob('HTTP_PORT')}/todos, its page on {page}"

    def make(self, *words: str) -> str:
        """Return a make command for this pipeline, with its BUILD_ID and ports."""
        return f"make {' '.join(words)}{self.build_id_argument}{self.port_arguments()}"

    @property
    def again(self) -> str:
        """The command that was typed."""
        return self.make(self.goals) + self.typed

    @property
    def build_id_argument(self) -> str:
        """The argument that selects this pipeline: " BUILD_ID=x", or nothing."""
        return f" BUILD_ID={self.knob('BUILD_ID')}" if self.knob("BUILD_ID") else ""

    def port_arguments(self, **changed: int) -> str:
        """Return the release's ports as arguments of make, unless they are the defaults."""
        ports = {"HTTP_PORT": self.port("HTTP_PORT"), "CLIENT_PORT": self.port("CLIENT_PORT"), **changed}
        return "".join(
            f" {name}={port}" for name, port in ports.items() if name in changed or str(port) != KNOBS[name].default
        )


def ca_bundle(environment: Mapping[str, str]) -> str | None:
    """Return the path of a TLS proxy's certificates, from the first variable that is set."""
    for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        path = environment.get(name)
        if path:
            try:
                with Path(path).open("rb"):
                    return path
            except OSError:
                raise VerdictError(
                    f"expected a readable certificate bundle at {name}={path}, found none. "
                    f"Mend the path, or: unset {name}"
                ) from None
    return None
