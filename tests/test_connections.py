"""The connections to MySQL that the release keeps: how often it asks whether they live, and what of those that died."""

import http.client

from conftest import sql


def statuses(checkout, count):
    """The statuses of so many requests, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", checkout.port, timeout=30)
    found = []
    for _ in range(count):
        connection.request("GET", "/todos?limit=1")
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    connection.close()
    return found


def counter(checkout, name):
    return int(sql(checkout, f"SHOW GLOBAL STATUS LIKE '{name}'")[0].split()[1])


def kept(checkout):
    """The ids of the application's connections."""
    return sql(checkout, "SELECT id FROM information_schema.processlist WHERE id != connection_id()")


def test_requests_that_follow_each_other_share_their_connections_and_rarely_ask_whether_they_live(released):
    statuses(released, 50)
    pings, connections = counter(released, "Com_admin_commands"), counter(released, "Connections")
    assert statuses(released, 400) == [200] * 400
    # The question for the counter is a connection too, and so are the probes'.
    assert counter(released, "Connections") - connections < 20
    assert counter(released, "Com_admin_commands") - pings < 100


def test_a_connection_that_was_killed_a_moment_ago_is_not_used_again(released):
    for _ in range(5):
        assert statuses(released, 50) == [200] * 50
        ids = kept(released)
        assert len(ids) > 1, "expected kept connections to kill"
        sql(released, "".join(f"KILL {number};" for number in ids))
        assert statuses(released, 50) == [200] * 50
