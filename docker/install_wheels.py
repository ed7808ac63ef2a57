#!/usr/bin/env python3
"""Put wheels into the virtual environment whose Python runs this, as they are: no index is asked, nothing is resolved.

    /opt/venv/bin/python install_wheels.py WHEEL...

In the dev image and in the release image alike, so that both have the same files. By Debian's python3-installer, which
stays outside of the environment, and takes 0.6 s for all wheels where pip takes 1.0: each edit installs three times.
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
