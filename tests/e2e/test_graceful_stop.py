"""A container that is asked to stop finishes what it has begun: no request that was accepted fails.

That the same tests fail with the usual signals is nightly/test_graceful_stop_controls.py's.
"""

import pytest
from support.stops import Held, patient, stopped_under_load


@pytest.fixture(scope="module", autouse=True)
def _patient(released):
    with patient(released):
        yield


def test_the_application_finishes_what_it_accepted(service, figures):
    found, load = stopped_under_load(service, "app", ["docker", "stop", f"{service.release_project}-app-1"])
    figures["graceful stop: application"] = found
    assert found["held_changes"] == {200: Held.MANY}
    assert found["exit_status"] == 0
    # Who came while there was no application was told so, and nothing was done for him.
    assert [failure for failure in load.failures if not failure.told] == []
    assert (found["lost"], found["made_without_an_answer"]) == ([], [])


def test_nginx_finishes_what_it_accepted(service, figures):
    found, load = stopped_under_load(service, "nginx", ["docker", "stop", f"{service.release_project}-nginx-1"])
    figures["graceful stop: nginx"] = found
    assert found["held_changes"] == {200: Held.MANY}
    assert found["exit_status"] == 0
    # There is nobody in front of it who could say more than that the connection is refused or closed.
    assert [failure for failure in load.failures if failure.found.startswith(("4", "5"))] == []
    assert (found["lost"], found["made_without_an_answer"]) == ([], [])
