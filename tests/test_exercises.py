"""The exercises: their checks say no until they are solved, and the patches beside them solve them."""

import pytest
from conftest import ROOT, last_line, run

EXERCISES = sorted(patch.stem for patch in (ROOT / "docs/exercises").glob("*.patch"))
GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]

pytestmark = pytest.mark.course


@pytest.fixture(scope="module")
def checkout(new_checkout):
    """A copy with all claims and tests, as a reader has it: a solution has to satisfy each of them."""
    return new_checkout("-exercises", left_out=())


def apply(checkout, name, *options):
    answer = run("git", "apply", *options, f"docs/exercises/{name}.patch", cwd=checkout.folder)
    assert answer.returncode == 0, answer.stdout


def test_every_exercise_has_its_patch_its_check_and_its_text():
    page = (ROOT / "docs/exercises.md").read_text()
    assert len(EXERCISES) >= 4
    for name in EXERCISES:
        assert (ROOT / f"docs/exercises/{name}.sh").exists()
        assert f"make exercise E={name}`" in page


@pytest.mark.parametrize("name", ["", "no-such-exercise"])
def test_a_name_that_is_none(checkout, name):
    answer = checkout.make("exercise", E=name)
    assert answer.returncode == 2
    assert "expected the name of an exercise" in last_line(answer)


class TestChanges:
    """Those whose answer is a change of the checkout."""

    @pytest.mark.parametrize("name", ["break-a-test", "make-the-database-late", "add-a-due-date"])
    def test_is_solved_by_its_patch_alone(self, released, name):
        unsolved = released.make("exercise", E=name)
        assert unsolved.returncode == 2, unsolved.stdout
        assert "FAIL: expected a change in" in last_line(unsolved)
        apply(released, name)
        solved = released.make("exercise", E=name)
        apply(released, name, "--reverse")
        assert run("git", "status", "--porcelain", cwd=released.folder).stdout == ""
        assert solved.returncode == 0, solved.stdout[-5000:]
        assert "Solved: " in last_line(solved)

    def test_a_harmless_change_breaks_no_test(self, released):
        released.append("src/todo/models.py", "# Harmless.\n")
        answer = released.make("exercise", E="break-a-test")
        run("git", "checkout", "-q", "src", cwd=released.folder)
        assert answer.returncode == 2
        assert "expected a red test, found that all pass" in last_line(answer)
