"""One set of bits: what was tested is what is in target/ and what is installed in the release image, by digest."""

import hashlib
import json
import re
import subprocess

from support.commands import docker

# Every installed file with its digest. Compiled files are made anew in the release image and are no bits of a wheel.
# Translations and static files, which are collected, are left out there: the service never reads them.
DIGESTS = (
    "cd /opt/venv/lib/python3*/site-packages && find . -type f ! -path '*/__pycache__/*'"
    " ! -path '*/LC_MESSAGES/*' ! -path '*/static/*' -print0 | sort -z | xargs -0 sha256sum"
)


def in_image(image, command):
    return docker("run", "--rm", "--network", "none", image, "sh", "-euc", command)


def test_target_has_the_files_of_the_tested_image(released):
    tested = in_image(released.tested_image, "cd /wheels && sha256sum *.whl")
    assert released.path("target/SHA256SUMS").read_text().strip() == tested
    found = {
        f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}"
        for wheel in released.path("target").glob("*.whl")
    }
    assert found == set(tested.splitlines())
    assert any("  todobackend-" in line for line in found)


def test_installed_packages_are_the_tested_ones(released):
    tested = in_image(released.tested_image, DIGESTS)
    assert "./todo/views.py" in tested
    assert "./MySQLdb/_mysql" in tested
    left_out = "find /opt/venv \\( -path '*/LC_MESSAGES/*' -o -path '*/static/*' \\) | wc -l"
    assert int(in_image(released.tested_image, left_out)) > 100
    assert int(in_image(released.release_image, left_out)) == 0
    assert in_image(released.release_image, DIGESTS) == tested


def test_programs_are_the_tested_ones(released):
    digests = "cd /opt/venv/bin && sha256sum uwsgi django-admin"
    assert in_image(released.release_image, digests) == in_image(released.tested_image, digests)


def test_sbom_lists_what_is_installed_and_nothing_else(released):
    sbom = json.loads(released.path("target/sbom.cdx.json").read_text())
    assert sbom["bomFormat"] == "CycloneDX"
    listed = {part["name"] for part in (*sbom["components"], sbom["metadata"]["component"])}
    wheels = {wheel.name.split("-")[0] for wheel in released.path("target").glob("*.whl")}
    assert {re.sub(r"[-_.]+", "_", name).lower() for name in listed} == wheels


def test_sbom_keeps_to_its_schema(released):
    # The builder itself does not look: that would take ten times as long as writing it.
    check = (
        "import json, sys\n"
        "from cyclonedx.schema import SchemaVersion\n"
        "from cyclonedx.validation.json import JsonStrictValidator\n"
        "text = sys.stdin.read()\n"
        "version = SchemaVersion.from_version(json.loads(text)['specVersion'])\n"
        "print(JsonStrictValidator(version).validate_str(text))"
    )
    command = ("docker", "run", "--rm", "--interactive", "--network", "none", "--env", "PYTHONPATH=")
    command += (released.tested_image, "/opt/tools/bin/python", "-c", check)

    def verdict(sbom):
        return subprocess.run(command, input=sbom, check=True, capture_output=True, text=True).stdout.strip()

    sbom = released.path("target/sbom.cdx.json").read_text()
    assert verdict(sbom) == "None"
    assert verdict(sbom.replace('"library"', '"librarian"')) != "None"


def test_a_changed_wheel_is_not_installed(released):
    wheel = next(released.path("target").glob("sqlparse-*.whl"))
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    # The same build that `make release` runs, without the `make build` before it, which would put the wheel right.
    answer = released.script("release")
    assert answer.returncode != 0, answer.stdout
    assert "sqlparse" in answer.stdout
    assert "FAILED" in answer.stdout


def test_a_release_puts_a_changed_wheel_right(released):
    answer = released.make("release")
    assert answer.returncode == 0, answer.stdout
    tested = in_image(released.tested_image, DIGESTS)
    assert in_image(released.release_image, DIGESTS) == tested
