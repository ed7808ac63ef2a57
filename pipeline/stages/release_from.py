"""Build and judge a release from the published wheels of VERSION; src/ may be absent."""

import re
import tempfile
import time
from pathlib import Path

from pipeline import files, images, registry
from pipeline.errors import VerdictError
from pipeline.stages import Context, publish, release


def run(context: Context) -> None:
    """Fetch the record from the registry and its wheels from the index, then release them."""
    configuration = context.configuration
    version = configuration.knob("VERSION")
    if not re.fullmatch("[A-Za-z0-9_][A-Za-z0-9_.-]*", version):
        raise VerdictError(
            f"expected a published version, found '{version}'. "
            f"Type for example: {context.make('release-from VERSION=0.1.0')}"
        )
    if not configuration.knob("PACKAGE_INDEX_URL"):
        raise VerdictError(
            "expected the package index in PACKAGE_INDEX_URL, found none. Type for example: "
            f"{context.make('release-from', f'VERSION={version}')} PACKAGE_INDEX_URL=http://localhost:{configuration.index_port}/simple/"
        )
    context.lock()
    began = time.monotonic()
    # Fill a folder beside target/, then rename it.
    for left in context.root.glob(".target.*"):
        files.remove(left)
    folder = Path(tempfile.mkdtemp(prefix=".target.", dir=context.root))
    try:
        folder.chmod(0o755)
        context.info(f"Fetching the record of {version} from {configuration.knob('DOCKER_REGISTRY')}...")
        registry.fetch_record(context, version, folder)
        context.info("Fetching its wheels, by their digests...")
        images.build_publisher(context)
        publish.on_wheels(context, images.index_variables(context.runner.user_environment), "fetch", folder)
        files.put(context.state, folder, context.root / "target")
    finally:
        files.remove(folder)
    context.success(f"The wheels of {version} are in target/, in {time.monotonic() - began:.0f} s")
    release.run(context)
