"""The exercises: unsolved, then solved by their patches, then taken back."""

import pytest
from support.checkout import refused
from support.commands import run


@pytest.fixture(scope="module")
def checkout(new_checkout):
    """A copy in which an exercise can be begun."""
    return new_checkout("-exercises")


def apply(checkout, name, *options):
    answer = run("git", "apply", *options, f"docs/exercises/{name}.patch", cwd=checkout.folder)
    assert answer.returncode == 0, answer.stdout


class TestChanges:
    """Those whose solution is a change of the checkout."""

    @pytest.fixture(scope="class")
    @classmethod
    def built(cls, checkout):
        checkout.must("build")
        return checkout

    @pytest.mark.parametrize("name", ["break-a-test", "make-the-database-late"])
    def test_is_solved_by_its_patch_alone(self, built, name):
        refused(built.make("exercise", E=name))
        apply(built, name)
        solved = built.make("exercise", E=name)
        apply(built, name, "--reverse")
        assert run("git", "status", "--porcelain", cwd=built.folder).stdout == ""
        assert solved.returncode == 0, solved.stdout[-5000:]

    def test_a_harmless_change_breaks_no_test(self, built):
        built.append("src/todo/models.py", "# Harmless.\n")
        result = built.make("exercise", E="break-a-test")
        built.restore()
        refused(result)


class TestALongOne:
    @pytest.fixture(scope="class")
    @classmethod
    def whole(cls, new_checkout):
        """A copy with all claims and tests, as a reader has it: a solution has to satisfy each of them."""
        return new_checkout("-exercise")

    @pytest.mark.parametrize("name", ["", "no-such-exercise"])
    def test_a_name_that_is_none(self, whole, name):
        refused(whole.make("exercise", E=name), "break-a-test", f"'{name}'")

    def test_add_a_due_date(self, whole):
        refused(whole.make("exercise", E="add-a-due-date"))
        apply(whole, "add-a-due-date")
        solved = whole.make("exercise", E="add-a-due-date")
        assert solved.returncode == 0, solved.stdout[-5000:]
