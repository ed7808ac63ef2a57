"""Every linter can say no."""

import pytest

# What breaks which linter: {its name in the verdict: (file, text)}.
BROKEN = {
    "ruff check": ("tests/broken_check.py", "import os\n"),
    "ruff format": ("tests/broken_format.py", "x = {  'a':1 }\n"),
    "shellcheck": ("scripts/broken", "#!/bin/bash\necho $1\n"),
    "hadolint": ("docker/broken/Dockerfile", "FROM debian\nRUN cd /tmp\n"),
    "yamllint": ("docker/broken.yml", "a:   1\na: 2\n"),
    "compose schema": ("docker/broken/docker-compose.yml", "services:\n  db:\n    imaje: mysql\n"),
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
    answer = checkout.make("lint")
    assert answer.returncode == 2
    return next(line for line in answer.stdout.splitlines() if line.startswith("FAIL: expected every linter to pass"))


@pytest.mark.parametrize("linter", BROKEN)
def test_linter_says_no(verdict, linter):
    assert linter in verdict
