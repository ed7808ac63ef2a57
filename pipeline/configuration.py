"""The knobs, each with its check, and the names that follow from them. The Makefile has their defaults."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Callable, NamedTuple

from pipeline.errors import VerdictError

# A release environment of such a name would be another pipeline's environment of that kind: "x" + "dev".
RESERVED_ENDINGS = re.compile(r"(dev|registry|lab|(?:^|(?<=[^-]))ci)$")


class Knob(NamedTuple):
    """`expected` says what the value must be; `check` says whether it is; `hint` says what to type."""

    expected: str
    check: Callable[[str], object]
    hint: str = "Correct it."


def matches(pattern: str) -> Callable[[str], object]:
    """Return a check of the whole value."""
    return re.compile(pattern).fullmatch


def is_port(value: str) -> bool:
    """Whether it is the number of a TCP port."""
    return bool(re.fullmatch("[0-9]{1,5}", value)) and 1 <= int(value) <= 65535


ANY = Knob("{name}", lambda _value: True)


def is_address(value: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


NUMBER = Knob("a whole number in {name}", matches("[0-9]{1,6}"))
PORT = Knob("{name} from 1 to 65535", is_port, "Type for example: make {goals} {name}=8001")

KNOBS = {
    "BUILD_ID": Knob(
        "BUILD_ID of small letters, digits, '-' and '_' (it becomes part of Docker's names)",
        matches("[a-z0-9_-]*"),
        "Type for example: make {goals} BUILD_ID={suggestion}",
    ),
    "REPO_NAME": Knob(
        "REPO_NAME of small letters and digits, '-' or '_' between them", matches("[a-z0-9]+([_-][a-z0-9]+)*")
    ),
    "ORG_NAME": Knob(
        "ORG_NAME of small letters and digits, '.', '_' or '-' between them, groups separated by '/'",
        matches("[a-z0-9]+([._/-][a-z0-9]+)*"),
    ),
    "DOCKER_REGISTRY": Knob(
        "DOCKER_REGISTRY as a host's name, with a port where it has one", matches("[A-Za-z0-9.-]+(:[0-9]+)?")
    ),
    "BIND": Knob(
        "BIND as the IP address of this machine to listen on", is_address, "Type for example: make {goals} BIND=0.0.0.0"
    ),
    "PROBE_TIMEOUT": NUMBER,
    "PROBE_DELAY": NUMBER,
    "MIN_FREE_GIB": NUMBER,
    "HTTP_PORT": PORT,
    "CLIENT_PORT": PORT,
    "REGISTRY_PORT": PORT,
    "INDEX_PORT": PORT,
    "CI_PORT": PORT,
    "DOCS_PORT": PORT,
    "INSTALL_ENGINE": Knob("INSTALL_ENGINE=yes or no", matches("yes|no")),
    "PARENTS": Knob("PARENTS=auto, pull or build", matches("auto|pull|build")),
    # The verbs that use these check them.
    **dict.fromkeys(("DEBIAN_IMAGE", "MYSQL_IMAGE", "PACKAGE_INDEX_URL", "PACKAGE_UPLOAD_URL", "CI_REPOSITORY"), ANY),
    **dict.fromkeys(("BUILD_TAG", "VERSION", "INVENTORY", "CLUSTER_NETWORK", "TARGETS"), ANY),
}

# The images that a release is made of: they are judged, tagged and published together.
PARTS = ("app", "nginx", "client")

# The images that the compose files name, by the variable that they have there.
IMAGES = {
    **{f"{name.upper().replace('-', '_')}_IMAGE": name for name in ("base", "agent", "specs", "browser-specs", "npm")},
    **{f"{name.upper()}_IMAGE": name for name in ("nginx", "client", "dev", "registry", "index", "node")},
    "RELEASE_IMAGE": "app",
    "CI_IMAGE": "ci-server",
}

# Settings of the release environment that a user may give (docs/settings.md).
RELEASE_SETTINGS = ("ALLOWED_HOSTS", "API_URL", "TRUSTED_PROXIES", "UWSGI_PROCESSES")


class Configuration:
    """The checked knobs (`knob`), and names by rule: the build's id is in every name, so that pipelines do not meet."""

    def __init__(self, knobs: Mapping[str, str], goals: str = "release"):
        self._knobs = dict(knobs)
        self.goals = goals
        self.build_id = self.knob("BUILD_ID")
        self.pipeline = self.knob("REPO_NAME") + self.build_id
        self.dev_project = f"{self.pipeline}dev"
        self.release_project = self.pipeline
        self.registry_project = f"{self.pipeline}registry"
        self.cluster_project = f"{self.pipeline}lab"
        self.ci_project = f"{self.pipeline}ci"
        # The pipeline that the CI server runs, beside the one of this checkout.
        self.ci_pipeline = f"{self.pipeline}-ci"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Configuration:
        """Read the knobs that the Makefile exports. Raises VerdictError for the first with an odd value."""
        goals = environment.get("GOALS") or "release"
        missing = sorted(name for name, knob in KNOBS.items() if knob is not ANY and name not in environment)
        if missing:
            raise VerdictError(f"expected the knobs of the Makefile, found no {missing[0]}. Type: make help")
        for name, knob in KNOBS.items():
            value = environment.get(name, "")
            if not knob.check(value):
                suggestion = re.sub("[^a-z0-9_-]", "", value.lower())
                hint = knob.hint.format(name=name, goals=goals, suggestion=suggestion)
                raise VerdictError(f"expected {knob.expected.format(name=name)}, found '{value}'. {hint}")
        ending = RESERVED_ENDINGS.search(environment["BUILD_ID"])
        if ending:
            raise VerdictError(
                f"expected BUILD_ID not to end in '{ending[1]}' (its release environment would carry the name of "
                f"another pipeline's {ending[1]} environment), found '{environment['BUILD_ID']}'. Choose another."
            )
        return cls({name: environment.get(name, "") for name in KNOBS}, goals)

    def knob(self, name: str) -> str:
        """Return a knob's value."""
        return self._knobs[name]

    def port(self, name: str) -> int:
        """Return the value of a knob that names a port."""
        return int(self.knob(name))

    def image(self, name: str, verdict: str = "built") -> str:
        """Return the name of an image on this machine. A verdict is a name: only an image that passed gets it."""
        part = "" if name == "app" else f"-{name}"
        return f"{self.knob('REPO_NAME')}{part}:{verdict}{self.build_id}"

    def repository(self, name: str) -> str:
        """Return the name of an image in the registry, without a tag."""
        part = "" if name == "app" else f"-{name}"
        registry = "" if self.knob("DOCKER_REGISTRY") == "docker.io" else f"{self.knob('DOCKER_REGISTRY')}/"
        return f"{registry}{self.knob('ORG_NAME')}/{self.knob('REPO_NAME')}{part}"

    def variables(self, state: Path, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what the compose files ask for; `environment` is the user's."""
        network = state / "network"
        return {
            **{name: environment[name] for name in RELEASE_SETTINGS if environment.get(name)},
            **{variable: self.image(name) for variable, name in IMAGES.items()},
            "TESTED_IMAGE": self.image("dev", "tested"),
            "PIPELINE": self.pipeline,
            "DEV_PROJECT": self.dev_project,
            "RELEASE_PROJECT": self.release_project,
            "REGISTRY_PROJECT": self.registry_project,
            "CLUSTER_PROJECT": self.cluster_project,
            "CI_PROJECT": self.ci_project,
            "REGISTRY_STATE": str(state / f"registry{self.build_id}"),
            "CLUSTER_STATE": str(state / f"cluster{self.build_id}"),
            "CA_FILE": str(network / "ca.pem"),
            "PIP_FILE": str(network / "pip.conf"),
            "APT_FILE": str(network / "apt.conf"),
            "NPM_FILE": str(network / "npmrc"),
            **{name: self.knob(name) for name in KNOBS if name.endswith("_PORT")},
            "BIND": f"[{self.knob('BIND')}]" if ":" in self.knob("BIND") else self.knob("BIND"),
            **{name: self.knob(name) for name in ("PROBE_DELAY", "PROBE_TIMEOUT", "CLUSTER_NETWORK")},
        }

    @property
    def addresses(self) -> str:
        """Where the release answers, as the end of a sentence."""
        page = f"http://localhost:{self.knob('CLIENT_PORT')}"
        return f"http://localhost:{self.knob('HTTP_PORT')}/todos, its page on {page}"

    def make(self, *words: str) -> str:
        """Return a command of make that means this pipeline."""
        return f"make {' '.join(words)}{self.build_id_argument}{self.port_arguments()}"

    @property
    def again(self) -> str:
        """The command that was typed."""
        return self.make(self.goals)

    @property
    def build_id_argument(self) -> str:
        """What a proposed command needs to mean this pipeline: " BUILD_ID=x", or nothing."""
        return f" BUILD_ID={self.knob('BUILD_ID')}" if self.knob("BUILD_ID") else ""

    def port_arguments(self, **changed: int) -> str:
        """Return the ports of the release as arguments of make, where they are not the default ones."""
        ports = {"HTTP_PORT": self.port("HTTP_PORT"), "CLIENT_PORT": self.port("CLIENT_PORT"), **changed}
        default = {"HTTP_PORT": 8000, "CLIENT_PORT": 3000}
        return "".join(
            f" {name}={port}" for name, port in ports.items() if name in changed or port != default.get(name)
        )


def ca_bundle(environment: Mapping[str, str]) -> str | None:
    """Return the path of the certificates that a proxy which inspects TLS needs, by the first variable that is set."""
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
