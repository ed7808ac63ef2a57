"""A list of 100,000 items: what it costs the worker and the database, and that it is one moment's list."""

import concurrent.futures
import http.client
import itertools
import json
import re
import threading

import pytest
from support.commands import docker
from support.release import settled, sql

LONG, SHORT = 100_000, 100


def fill(checkout, count):
    """Make the list this long: every third item without an order, the others in another order than they are old."""
    sql(
        checkout,
        f"""
        SET SESSION cte_max_recursion_depth = {count};
        DELETE FROM todo_todoitem;
        INSERT INTO todo_todoitem (title, completed, `order`)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            SELECT CONCAT('Item number ', i), i % 2, IF(i % 3 = 0, NULL, i * 7919 % 1000) FROM n;
        ANALYZE TABLE todo_todoitem;
        """,
    )


def get(checkout, path):
    """The body and the headers of a GET that answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", checkout.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, body[:200]
    return body, answer.headers


def memory(checkout, name):
    """A line of /proc/PID/status, in bytes, of each of the application's processes."""
    command = f"grep -H ^{name}: /proc/[0-9]*/status"
    lines = docker("exec", f"{checkout.release_project}-app-1", "sh", "-c", command).splitlines()
    found = {re.search(r"/proc/(\d+)/", line)[1]: int(line.split()[1]) * 1024 for line in lines}
    return {pid: size for pid, size in found.items() if size > 20_000_000}  # the workers, and no shell


def rows_read(checkout, path):
    """How many rows and index entries the database reads for a request."""

    def counters():
        lines = sql(checkout, "SHOW GLOBAL STATUS LIKE 'Handler_read_%'")
        # Not rnd_next: this question itself reads that way.
        return sum(int(line.split()[1]) for line in lines if "rnd_next" not in line)

    idle = counters()
    idle = counters() - idle
    before = counters()
    get(checkout, path)
    return counters() - before - idle


@pytest.fixture(scope="module")
def of_100_000(released):
    # Workers that have served nothing else: their memory is read.
    docker("restart", f"{released.release_project}-app-1")
    settled(released)
    fill(released, LONG)
    return released


def test_a_worker_grows_by_less_than_eight_times_the_answer(of_100_000):
    # A worker's first request, of whatever length, loads what the start did not.
    with concurrent.futures.ThreadPoolExecutor(16) as clients:
        list(clients.map(get, [of_100_000] * 64, ["/todos?limit=100"] * 64))
    before = memory(of_100_000, "VmRSS")
    sizes = {len(get(of_100_000, "/todos")[0]) for _ in range(8)}  # one after the other: any worker may answer
    peak = memory(of_100_000, "VmHWM")
    (size,) = sizes
    growth = max(peak[pid] - before[pid] for pid in before)
    print(f"answer {size / 1e6:.1f} MB, growth {growth / 1e6:.1f} MB: {growth / size:.2f} times")
    assert set(peak) == set(before), "expected the same workers as before, none replaced"
    assert growth > 0.5 * size, "expected to see the answer in somebody's memory: nothing was measured"
    assert growth <= 8 * size


def test_the_list_is_complete_and_in_order(of_100_000):
    items = json.loads(get(of_100_000, "/todos")[0])
    keys = [(item["order"] is not None, item["order"] or 0, int(item["url"].rpartition("/")[2])) for item in items]
    assert keys == sorted(set(keys))
    assert len(keys) == LONG


def test_the_links_of_the_pages_lead_through_the_whole_list(of_100_000):
    fill(of_100_000, 2500)
    whole = json.loads(get(of_100_000, "/todos")[0])
    pages, path = [], "/todos?limit=1000"
    while path:
        body, headers = get(of_100_000, path)
        pages += json.loads(body)
        following = re.search(r'<http://[^/]+([^>]+)>; rel="next"', headers["Link"])
        path = following and following[1]
    assert pages == whole
    fill(of_100_000, LONG)


@pytest.mark.parametrize("page", ["limit=10", "limit=100", "limit=10&offset=50"])
def test_a_page_reads_as_many_rows_of_a_long_list_as_of_a_short_one(of_100_000, page):
    long = rows_read(of_100_000, f"/todos?{page}")
    fill(of_100_000, SHORT)
    short = rows_read(of_100_000, f"/todos?{page}")
    fill(of_100_000, LONG)
    print(f"{page}: {short} rows of {SHORT}, {long} rows of {LONG}")
    assert short > 5, "expected to see the page's rows: nothing was counted"
    assert long <= short + 2  # the one after the page, where there is one


def test_items_that_move_meanwhile_are_neither_missed_nor_doubled(of_100_000):
    """Items go from one end of the list to the other, while it is read."""
    fill(of_100_000, 25_000)
    urls = {item["url"] for item in json.loads(get(of_100_000, "/todos")[0])}
    done = threading.Event()
    moves = []

    def move():
        connection = http.client.HTTPConnection("127.0.0.1", of_100_000.port, timeout=60)
        # Sorted: the first of the list and its last take turns.
        for number, url in zip(itertools.count(), itertools.cycle(sorted(urls)[::250]), strict=False):
            if done.is_set() or number > 20_000:
                break
            order = (-1) ** number * (1_000_000 + number)
            path = url.partition(f":{of_100_000.port}")[2]
            connection.request("PATCH", path, json.dumps({"order": order}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            moves.append(answer.status)
        connection.close()

    mover = threading.Thread(target=move)
    mover.start()
    try:
        lists = []
        while len(lists) < 12 or (len(moves) <= 100 and len(lists) < 500):
            lists.append([item["url"] for item in json.loads(get(of_100_000, "/todos")[0])])
    finally:
        done.set()
        mover.join()
    assert set(moves) == {200}
    assert len(moves) > 100
    assert [(len(found), set(found) == urls) for found in lists] == [(25_000, True)] * len(lists)


def test_long_lists_leave_no_memory_behind(released):
    """After 1,000 responses of 10,000 items a worker is within 50 MB of where it stood after 50."""
    docker("restart", f"{released.release_project}-app-1")
    settled(released)
    fill(released, 10_000)

    def get_lists(count):
        with concurrent.futures.ThreadPoolExecutor(16) as clients:
            list(clients.map(get, [released] * count, ["/todos"] * count))
        return memory(released, "VmRSS")

    before = get_lists(50)
    after = get_lists(1000)
    print(f"resident memory before {before}, after {after}")
    assert set(after) == set(before), "expected the same workers as before, none replaced"
    assert max(after[pid] - before[pid] for pid in before) < 50e6
