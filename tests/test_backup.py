"""A backup is the data of one moment; a restore brings back all of it, or changes nothing."""

import gzip
import hashlib
import json
import re
import threading
import time

import pytest
from conftest import ask, container, last_line, settled, sql
from load import Load

pytestmark = pytest.mark.resilience


def digest(service):
    """Of all items, every column, as the database has them."""
    rows = sql(service, "SELECT id, HEX(title), completed, `order` FROM todo_todoitem ORDER BY id")
    return hashlib.sha256("\n".join(rows).encode()).hexdigest(), len(rows)


def content(file):
    """The digest that a backup says its content has."""
    return re.search(rb"\n-- content ([0-9a-f]{64})\n$", gzip.decompress(file.read_bytes()))[1].decode()


def backup(service, name):
    file = service.path(name)
    file.unlink(missing_ok=True)
    answer = service.make("backup", FILE=name)
    assert answer.returncode == 0, answer.stdout
    return file


def empty(service):
    ask(service, "DELETE")
    assert digest(service)[1] == 0


TITLES = [
    "",
    "a 'quote' and \"another\"",
    "back\\slash \\n \\0",
    "-- COMMIT;",
    "COMMIT;",
    "ünï 😀",
    "tab\tline\nend\r",
    "%_",
]


@pytest.fixture(scope="module")
def kept(service):
    """A backup of some awkward items, and their digest."""
    ask(service, "DELETE")
    for number, title in enumerate(TITLES):
        body = json.dumps({"title": title, "completed": number % 2 == 0, "order": number - 3 if number % 3 else None})
        assert ask(service, "POST", body=body, Content_Type="application/json").status == 201
    file = backup(service, "kept.sql.gz")
    return file, digest(service)


def test_a_restore_into_an_empty_release_gives_the_same_content(service, kept):
    file, (wanted, count) = kept
    assert count == len(TITLES)
    assert service.make("clean").returncode == 0
    answer = service.make("start")
    assert answer.returncode == 0, answer.stdout
    assert digest(service)[1] == 0
    answer = service.make("restore", FILE=file.name)
    assert answer.returncode == 0, answer.stdout
    assert last_line(answer) == f"=> Restore complete: content {content(file)}, as in kept.sql.gz"
    settled(service)
    assert digest(service) == (wanted, count)
    assert [
        item["title"] for item in sorted(ask(service).data, key=lambda item: int(item["url"].split("/")[-1]))
    ] == TITLES
    # What a backup of the restored says, the first one said too.
    assert content(backup(service, "again.sql.gz")) == content(file)


def test_numbers_are_not_given_out_again(service):
    ask(service, "DELETE")
    urls = [ask(service, "POST", body="{}", Content_Type="application/json").data["url"] for _ in range(3)]
    numbers = [int(url.rsplit("/", 1)[1]) for url in urls]
    ask(service, "DELETE", f"/todos/{numbers[2]}")
    file = backup(service, "numbers.sql.gz")
    assert service.make("clean").returncode == 0
    answer = service.make("restore", FILE=file.name)
    assert answer.returncode == 0, answer.stdout
    new = ask(service, "POST", body="{}", Content_Type="application/json").data["url"]
    assert int(new.rsplit("/", 1)[1]) > numbers[2]


def test_is_of_one_moment_while_the_database_is_written_to(service, figures):
    ask(service, "DELETE")
    with Load("127.0.0.1", service.port, clients=8, pause=0.01, longest=120) as load:
        time.sleep(3)
        before = {path: states[0] for path, states in load.promised.items() if len(states) == 1}
        began = time.monotonic()
        file = backup(service, "moving.sql.gz")
        seconds = time.monotonic() - began
        time.sleep(1)
    assert load.failures == []
    text = gzip.decompress(file.read_bytes()).decode()
    titles = set(re.findall(rf"'({load.name}-\d+-\d+)'", text))
    assert titles
    # What was promised before it began is in it; and of what each client made one after the other there is no gap.
    assert {item["title"] for item in before.values()} <= titles
    for client in {title.split("-")[1] for title in titles}:
        turns = sorted(int(title.split("-")[2]) for title in titles if title.split("-")[1] == client)
        assert turns == list(range(len(turns)))
    figures["backup under load"] = {
        "requests_meanwhile": load.report()["requests"],
        "failed": len(load.failures),
        "items": len(titles),
        "slowest_request_s": load.report()["slowest_s"],
        "seconds": round(seconds, 1),
    }
    empty(service)
    answer = service.make("restore", FILE=file.name)
    assert answer.returncode == 0, answer.stdout
    assert digest(service)[1] == len(titles)


def truncated(data):
    return data[: len(data) // 2]


def without_its_end(data):
    return gzip.compress(gzip.decompress(data)[:-80])


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]


def with_another_item(data):
    text = gzip.decompress(data)
    assert b"ALTER TABLE" in text
    return gzip.compress(text.replace(b"'COMMIT;'", b"'COMMIT!'", 1))


def of_something_else(_):
    return gzip.compress(b"CREATE TABLE t (i int);\n")


def not_compressed(data):
    return gzip.decompress(data)


def nothing(_):
    return b""


BROKEN = [truncated, without_its_end, flipped, with_another_item, of_something_else, not_compressed, nothing]


class TestRefusals:
    def refused(self, service, file, *words):
        """Restore, which must say no before anything is changed or stopped."""
        before = digest(service), container(service, "app")["State"]["StartedAt"]
        answer = service.make("restore", FILE=file)
        assert answer.returncode == 2
        sentence = last_line(answer)
        assert sentence.startswith("FAIL: expected ")
        for word in words:
            assert word in sentence
        assert (digest(service), container(service, "app")["State"]["StartedAt"]) == before

    @pytest.mark.parametrize("damage", BROKEN)
    def test_a_broken_file(self, service, kept, damage):
        empty(service)
        service.path("broken.sql.gz").write_bytes(damage(kept[0].read_bytes()))
        self.refused(service, "broken.sql.gz", "expected a whole backup", "found that broken.sql.gz is broken")

    def test_a_file_that_is_not_there(self, service):
        self.refused(service, "none.sql.gz", "found no such file")

    def test_no_file_at_all(self, service):
        self.refused(service, "", "expected a backup, found none given")

    def test_a_release_that_has_data(self, service, kept):
        empty(service)
        ask(service, "POST", body='{"title": "mine"}', Content_Type="application/json")
        self.refused(service, kept[0].name, "expected a release without data, found 1 items")
        assert [item["title"] for item in ask(service).data] == ["mine"]

    def test_a_backup_of_a_newer_release(self, service, kept):
        empty(service)
        newer = gzip.decompress(kept[0].read_bytes()).replace(
            b"-- migration todo 0001_initial", b"-- migration todo 0999_due"
        )
        service.path("newer.sql.gz").write_bytes(gzip.compress(newer))
        answer = service.make("restore", FILE="newer.sql.gz")
        assert answer.returncode == 2
        assert "knows the migration 0999_due of todo" in answer.stdout
        settled(service)
        assert digest(service)[1] == 0

    def test_data_that_the_database_refuses_in_the_middle_is_taken_back(self, service, kept):
        empty(service)
        text = gzip.decompress(kept[0].read_bytes())
        data = re.search(rb"START TRANSACTION;\n.*COMMIT;\n", text, re.DOTALL)[0]
        # The second time every number is there already.
        insert = re.search(rb"INSERT INTO .*?;\n(?=/\*)", data, re.DOTALL)[0]
        bad = data.replace(insert, insert + insert)
        text = text.replace(data, bad)
        text = re.sub(rb"-- content \w+", b"-- content " + hashlib.sha256(bad).hexdigest().encode(), text)
        service.path("twice.sql.gz").write_bytes(gzip.compress(text))
        answer = service.make("restore", FILE="twice.sql.gz")
        assert answer.returncode == 2
        assert last_line(answer).startswith(
            "FAIL: expected the database to take the data, found the error above. It took none"
        )
        assert "Duplicate entry" in answer.stdout
        settled(service)
        assert digest(service)[1] == 0

    def test_a_backup_overwrites_nothing(self, service, kept):
        before = kept[0].read_bytes()
        answer = service.make("backup", FILE=kept[0].name)
        assert answer.returncode == 2
        assert "expected no file at kept.sql.gz yet" in last_line(answer)
        assert kept[0].read_bytes() == before


def test_a_restore_that_is_killed_can_be_run_again(service, kept):
    empty(service)
    process = service.start("restore", FILE=kept[0].name)
    reader = threading.Thread(target=process.stdout.read)
    for line in process.stdout:
        if line.startswith("=> Bringing the data in"):
            break
    process.kill()
    reader.start()
    process.wait(timeout=60)
    time.sleep(5)  # what make had started may go on for a while
    reader.join(timeout=120)
    if digest(service)[1] == 0:
        answer = service.make("restore", FILE=kept[0].name)
        assert answer.returncode == 0, answer.stdout
    else:
        # It went on to its end without make.
        answer = service.make("start")
        assert answer.returncode == 0, answer.stdout
    settled(service)
    assert digest(service) == kept[1]
