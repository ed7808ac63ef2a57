"""`make clean` removes all that a pipeline made on the engine, `make distclean` the rest. It ends the shared one."""

from support.commands import docker


def test_clean_removes_all_but_the_images(service):
    # Other images, so that the first ones lose their names, and the containers of the dev environment.
    service.append("src/todo/views.py", "\n# An edit.\n")
    service.must("build")
    assert len(service.objects()) > 4, "expected objects of both environments"
    assert "the data included" in service.must("clean")
    assert service.objects() == {}
    assert service.images()


def test_clean_leaves_evidence_and_artefacts(service):
    for name in ("reports/unittests.xml", "reports/acceptance.xml", "target/SHA256SUMS"):
        assert service.path(name).exists()


def test_clean_leaves_other_volumes_alone(service):
    other = docker("volume", "create")
    try:
        service.must("clean")  # twice is no error
        assert other in docker("volume", "ls", "-q").split()
    finally:
        docker("volume", "rm", other)


def test_distclean_removes_the_images_too(service):
    for _ in range(2):  # twice is no error
        service.must("distclean")
        assert service.images() == ""
        for name in ("target", "reports", ".venv", ".state"):
            assert not service.path(name).exists()
