"""A backup is the data of one moment; a restore brings back all of it, or changes nothing."""

import gzip
import hashlib
import json
import re

import pytest
from support.checkout import refused
from support.commands import eventually
from support.load import Load
from support.release import ask, container, post, settled, sql

pytestmark = pytest.mark.usefixtures("released")


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
    service.must("backup", FILE=name)
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
def kept(released):
    """A backup of some awkward items, their digest, and the number of an item that was deleted before."""
    service = released
    for number, title in enumerate(TITLES):
        body = json.dumps({"title": title, "completed": number % 2 == 0, "order": number - 3 if number % 3 else None})
        post(service, body)
    last = post(service).data["url"].rsplit("/", 1)[1]
    ask(service, "DELETE", f"/todos/{last}")
    file = backup(service, "kept.sql.gz")
    return file, digest(service), int(last)


def test_a_restore_into_an_empty_release_gives_the_same_content(service, kept):
    file, (wanted, count), _ = kept
    assert count == len(TITLES)
    service.must("clean")
    # A release that does not run is started.
    assert f"content {content(file)}," in service.must("restore", FILE=file.name)
    settled(service)
    assert digest(service) == (wanted, count)
    found = sorted(ask(service).data, key=lambda item: int(item["url"].split("/")[-1]))
    assert [item["title"] for item in found] == TITLES
    # The backup of the restored says the same.
    assert content(backup(service, "again.sql.gz")) == content(file)


def test_numbers_are_not_given_out_again(service, kept):
    # The item that was made last had been deleted before the backup.
    assert int(post(service).data["url"].rsplit("/", 1)[1]) > kept[2]


def test_is_of_one_moment_while_the_database_is_written_to(service):
    ask(service, "DELETE")
    with Load("127.0.0.1", service.port, clients=8, pause=0.01) as load:
        assert eventually(lambda: len(load.promised) > 40)
        before = {path: states[0] for path, states in load.promised.items() if len(states) == 1}
        file = backup(service, "moving.sql.gz")
        assert eventually(lambda: len(load.promised) > len(before) + 40)
    assert load.failures == []
    text = gzip.decompress(file.read_bytes()).decode()
    titles = set(re.findall(rf"'({load.name}-\d+-\d+)'", text))
    assert titles
    # What was promised before it began is in it; and of what each client made one after the other there is no gap.
    assert {item["title"] for item in before.values()} <= titles
    for client in {title.split("-")[1] for title in titles}:
        turns = sorted(int(title.split("-")[2]) for title in titles if title.split("-")[1] == client)
        assert turns == list(range(len(turns)))
    empty(service)
    service.must("restore", FILE=file.name)
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
    def refused(self, service, file, *values):
        """Restore, which must refuse before anything is changed or stopped."""
        before = digest(service), container(service, "app")["State"]["StartedAt"]
        refused(service.make("restore", FILE=file), *values)
        assert (digest(service), container(service, "app")["State"]["StartedAt"]) == before

    @pytest.mark.parametrize("damage", BROKEN)
    def test_a_broken_file(self, service, kept, damage):
        empty(service)
        service.path("broken.sql.gz").write_bytes(damage(kept[0].read_bytes()))
        self.refused(service, "broken.sql.gz", "broken.sql.gz is broken")

    @pytest.mark.parametrize("file", ["none.sql.gz", ""])
    def test_a_file_that_is_not_there(self, service, kept, file):
        empty(service)
        self.refused(service, file, "found no such file" if file else "found none given")

    def test_a_release_that_has_data(self, service, kept):
        empty(service)
        post(service, '{"title": "mine"}')
        self.refused(service, kept[0].name, "1 items")
        assert [item["title"] for item in ask(service).data] == ["mine"]

    def test_a_backup_of_a_newer_release(self, service, kept):
        empty(service)
        newer = gzip.decompress(kept[0].read_bytes()).replace(
            b"-- migration todo 0001_initial", b"-- migration todo 0999_due"
        )
        service.path("newer.sql.gz").write_bytes(gzip.compress(newer))
        result = service.make("restore", FILE="newer.sql.gz")
        refused(result)
        assert "0999_due" in result.stdout
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
        result = service.make("restore", FILE="twice.sql.gz")
        refused(result)
        assert "Duplicate entry" in result.stdout
        settled(service)
        assert digest(service)[1] == 0

    def test_a_backup_overwrites_nothing(self, service, kept):
        before = kept[0].read_bytes()
        refused(service.make("backup", FILE=kept[0].name), "kept.sql.gz")
        assert kept[0].read_bytes() == before
