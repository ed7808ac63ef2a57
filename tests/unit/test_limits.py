"""The limits of the layers agree: the next layer takes what one lets through, and waits longer for it."""

import re

from support.commands import ROOT


class TestLimits:
    NGINX = (ROOT / "docker/release/todobackend.conf").read_text() + (ROOT / "docker/release/common.conf").read_text()
    UWSGI = (ROOT / "docker/release/uwsgi.ini").read_text()
    COMPOSE = (ROOT / "docker/release/docker-compose.yml").read_text()

    def number(self, text, pattern):
        (found,) = set(re.findall(pattern, text))
        return int(found)

    def test_whoever_waits_waits_longer(self):
        mysql = self.number(self.UWSGI, r"MYSQL_TIMEOUT=(\d+)")
        nginx = self.number(self.NGINX, r"uwsgi_read_timeout (\d+)s;")
        harakiri = self.number(self.UWSGI, r"\nharakiri = (\d+)")
        mercy = self.number(self.UWSGI, r"\nworker-reload-mercy = (\d+)")
        engine = self.number(self.COMPOSE, r"stop_grace_period: (\d+)s")
        assert mysql < nginx < harakiri
        # A stop: uWSGI gives up on a worker before the engine gives up on uWSGI.
        assert mysql < mercy < engine

    def test_a_body_may_stand_still_for_as_long_on_both_sides(self):
        nginx = self.number(self.NGINX, r"uwsgi_send_timeout (\d+)s;")
        assert self.number(self.UWSGI, r"\nsocket-timeout = (\d+)") == nginx

    def test_a_body_may_be_as_long_on_both_sides(self):
        settings = (ROOT / "src/todobackend/settings/base.py").read_text()
        kibibytes = self.number(settings, r"DATA_UPLOAD_MAX_MEMORY_SIZE = (\d+) \* 1024\n")
        assert kibibytes == 1024 * self.number(self.NGINX, r"client_max_body_size (\d+)m;")

    def test_uwsgi_takes_as_many_as_nginx_lets_wait(self):
        script = (ROOT / "docker/release/nginx.sh").read_text()
        listen = self.number(self.UWSGI, r"\nlisten = (\d+)")
        somaxconn = self.number(self.COMPOSE, r"net.core.somaxconn: (\d+)")
        assert self.number(script, r"max_conns=(\d+)") < listen <= somaxconn

    def test_mysql_takes_the_connections_of_as_many_containers_as_the_docs_say(self):
        processes = self.number(self.COMPOSE, r"UWSGI_PROCESSES:-(\d+)")
        assert processes == self.number((ROOT / "docker/release/Dockerfile").read_text(), r"UWSGI_PROCESSES=(\d+)")
        threads = self.number(self.UWSGI, r"\nthreads = (\d+)")
        containers = self.number((ROOT / "docs/deploying.md").read_text(), r"(\d+) containers are the end")
        for file in ("docker/release/docker-compose.yml", "docker/deploy/platform.yml"):
            limit = self.number((ROOT / file).read_text(), r"--max-connections=(\d+)")
            # Some are left for a person, the probe and a backup.
            assert containers * processes * threads < limit - 10 < (containers + 1) * processes * threads
