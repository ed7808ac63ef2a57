"""The network is away: a sentence says so, and nothing is left half built."""

from support.checkout import refused


def test_mirror_away(checkout):
    # A recipe that nothing was made from yet, and a proxy where nobody listens.
    checkout.append("docker/parents/dpkg.conf", "# not seen yet\n")
    proxy = "http://127.0.0.1:9"
    refused(checkout.make("test", env={"http_proxy": proxy, "https_proxy": proxy}, PARENTS="build"), "Debian mirror")
    assert checkout.objects() == {}
    checkout.restore()


def test_index_away(checkout):
    # A lock that the build has not seen yet makes pip ask the index, which is not there.
    checkout.append("src/requirements/test.txt", "# not seen yet\n")
    env = {"PIP_INDEX_URL": "https://index.invalid/simple", "PIP_EXTRA_INDEX_URL": ""}
    refused(checkout.make("test", env=env), "docs/troubleshooting.md")
    assert checkout.images() != ""  # what was built before the index was asked for
