"""Every linter can say no."""

import os

import pytest
from support.checkout import refused
from support.commands import run

DJANGO = '{"dependencies": [{"name": "django"'
LINT_PATH = "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin"

# Neither the schema nor actionlint lets a job pass that has no steps, but stepz.
WORKFLOW = (".github/workflows/ci.yml", '"on": push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    stepz: []\n')

# What breaks which linter: {its name in the verdict: (file, text)}.
BROKEN = {
    "ruff check": ("tests/broken_check.py", "import os\n"),
    "ruff format": ("tests/broken_format.py", "x = {  'a':1 }\n"),
    "mypy": ("pipeline/broken.py", "def broken() -> int:\n    return None\n"),
    "bandit": ("src/todobackend/broken.py", "import pickle\n\nprint(pickle.loads(b''))\n"),
    "shellcheck": ("docker/broken.sh", "#!/bin/bash\necho $1\n"),
    "hadolint": ("docker/broken/Dockerfile", "FROM debian\nRUN cd /tmp\n"),
    "textlint": ("docs/broken.md", "Each stage shall leave an artifact.\n"),
    "yamllint": ("docker/broken.yml", "a:   1\na: 2\n"),
    "compose schema": ("docker/broken/docker-compose.yml", "services:\n  db:\n    imaje: mysql\n"),
    "github-workflows": WORKFLOW,
    "actionlint": WORKFLOW,
    "gitlab-ci": ("docs/ci/gitlab-ci.yml", "stages: 1\n"),
    "circle-ci": ("docs/ci/circleci.yml", "version: 2.1\njobs: 1\n"),
    "travis": ("docs/ci/travis.yml", "jobs: 1\n"),
    "drone-ci": ("docs/ci/drone.yml", "kind: pipeline\ntype: docker\nname: check\nsteps: 1\n"),
    "woodpecker-ci": ("docs/ci/woodpecker.yml", "steps: 1\n"),
    "Jenkinsfile": ("docs/ci/Jenkinsfile", "pipeline {\n    agent any\n"),
    "biome": ("client/js/broken.js", "var broken = 1\n"),
    "ansible-lint": (
        "ansible/broken.yml",
        "- name: Break\n  hosts: all\n  tasks:\n    - name: Ask\n"
        "      community.docker.docker_host_info:\n        no_such_argument: 1\n",
    ),
}


@pytest.fixture(scope="module")
def verdict(checkout):
    for file, text in BROKEN.values():
        checkout.path(file).parent.mkdir(exist_ok=True)
        checkout.path(file).write_text(text)
    result = checkout.make("lint")
    refused(result)
    return next(line for line in result.stdout.splitlines() if line.startswith("FAIL: expected every linter to pass"))


@pytest.mark.parametrize("linter", BROKEN)
def test_linter_says_no(verdict, linter):
    assert linter in verdict


def test_the_report_says_what_each_said(verdict, checkout):
    page = checkout.path("reports/index.html").read_text()
    assert "<h1>Red: lint</h1>" in page
    for linter in BROKEN:
        assert f'<li class="failed">{linter}' in page
    assert '<li class="passed">mypy of the exercises</li>' in page


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (f'{DJANGO}, "version": "1.0", "vulns": [{{"id": "PYSEC-2026-1"}}]}}]}}', 1, "PYSEC-2026-1"),
        (f'{DJANGO}, "skip_reason": "not found"}}]}}', 0, "not audited"),
        (f'{DJANGO}, "version": "5.2", "vulns": []}}]}}', 0, ""),
        ("Traceback: it does not run at all", 1, "Traceback"),
    ],
)
def test_audit_tells_what_the_advisory_service_said(verdict, checkout, tmp_path, answer, status, said):
    # The service is out of reach in many places: its client is another one here, which always says the same.
    (tmp_path / "pip-audit").write_text(f"#!/bin/sh\necho '{answer}'\n")
    (tmp_path / "pip-audit").chmod(0o755)
    result = run(
        "docker", "run", "--rm", "--network=none", f"--user={os.getuid()}", f"--volume={tmp_path}:/stubs:ro",
        # Not by way of the image's entrypoint, which puts the real client first.
        f"--env=PATH=/stubs:{LINT_PATH}", "--entrypoint=audit.sh", "todobackend-lint:built-lint", "base.txt",
    )  # fmt: skip
    assert result.returncode == status
    assert said in result.stdout
    assert bool(result.stdout) == bool(said)
