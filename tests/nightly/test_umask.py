"""A checkout that only its owner may read, as with umask 077, is tested and released like any other."""

from support.commands import run


def test_release_and_its_bits_are_the_same(new_checkout):
    usual, private = new_checkout("-usual"), new_checkout("-private")
    usual.must("build")
    run("chmod", "-R", "go=", str(private.folder), check=True)
    found = run("sh", "-c", 'umask 077; exec "$@"', "sh", *private.arguments("release"), cwd=private.folder)
    assert found.returncode == 0, found.stdout[-8000:]
    sums = [checkout.path("target/SHA256SUMS").read_text() for checkout in (usual, private)]
    assert sums[0] == sums[1]
