"""Write the network settings (proxy, package indexes, certificates) to files that builds get as secrets.

They come from variables that pip, npm and apt read too: "Behind a proxy" in docs/troubleshooting.md.
"""

import re
from pathlib import Path

from pipeline import files
from pipeline.configuration import ca_bundle
from pipeline.stages import Context

# Containers cannot reach the host's files and loopback address.
OUT_OF_REACH = re.compile(r"file:|(\w+://)?([^/@]*@)?(localhost|127\.[0-9.]+|\[::1\]|0\.0\.0\.0)(:|/|$)", re.IGNORECASE)


def run(context: Context) -> None:
    """Write the files. Only their owner can read them, because an address may contain a password."""
    given = context.runner.user_environment

    def first(*names: str, inside: bool = True) -> str:
        """Return the first variable with a value, unless a container could not use it."""
        value = next((given[name] for name in names if given.get(name)), "")
        return "" if inside and OUT_OF_REACH.match(value) else value

    http, https = first("http_proxy", "HTTP_PROXY"), first("https_proxy", "HTTPS_PROXY")
    bundle = ca_bundle(given)
    certificates = "/run/secrets/ca" if bundle else ""
    folder = context.state / "network"
    folder.mkdir(mode=0o700, exist_ok=True)
    files.write_private(folder / "ca.pem", Path(bundle).read_text(errors="replace") if bundle else "")
    pip = {
        "cert": certificates,
        "proxy": https,
        "index-url": first("PIP_INDEX_URL"),
        "extra-index-url": first("PIP_EXTRA_INDEX_URL"),
        "trusted-host": first("PIP_TRUSTED_HOST", inside=False),
        "timeout": first("PIP_DEFAULT_TIMEOUT", inside=False),
    }
    files.write_private(folder / "pip.conf", "[global]\n" + lines("{} = {}", pip))
    npm = {
        "cafile": certificates,
        "proxy": http,
        "https-proxy": https,
        "noproxy": first("no_proxy", "NO_PROXY", inside=False),
        "registry": first("npm_config_registry", "NPM_CONFIG_REGISTRY"),
    }
    files.write_private(folder / "npmrc", lines("{}={}", npm))
    apt = {"http::Proxy": http, "https::Proxy": https, "https::CAInfo": certificates}
    files.write_private(folder / "apt.conf", lines('Acquire::{} "{}";', apt))


def lines(pattern: str, settings: dict[str, str]) -> str:
    """Return a line for each setting that has a value."""
    return "".join(f"{pattern.format(name, value)}\n" for name, value in settings.items() if value)
