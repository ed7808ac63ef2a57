#!/usr/bin/env python3
"""Install wheels into the virtual environment of the running Python, without an index and without resolving.

    /opt/venv/bin/python install_wheels.py WHEEL...

Used by the dev and the release image, so that both have the same files. Debian's python3-installer stays outside of the
environment, and takes 0.6 s for all wheels (pip 1.0 s); each edit installs three times.
"""

import sys
import sysconfig

sys.path.append("/usr/lib/python3/dist-packages")

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

if len(sys.argv) == 1:
    sys.exit("FAIL: expected wheels to install, found none. Name them.")
destination = SchemeDictionaryDestination(sysconfig.get_paths(), interpreter=sys.executable, script_kind="posix")
for path in sys.argv[1:]:
    with WheelFile.open(path) as source:
        install(source, destination, additional_metadata={"INSTALLER": b"installer"})
