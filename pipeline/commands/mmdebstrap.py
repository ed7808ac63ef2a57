"""mmdebstrap: the file systems of the stand-ins for the parent images, from Debian's packages.

Hooks get the folder of the new file system as $1, and run in docker/parents/.
"""

from __future__ import annotations

from collections.abc import Sequence

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# A mirror that stops answering is reported after a minute, not after ten.
COMMON = (
    '--aptopt=Acquire::http::Timeout "20"',
    '--aptopt=Acquire::Retries "2"',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    "--extract-hook=upload dpkg.conf /etc/dpkg/dpkg.cfg.d/docker",
)

# Unpacked before dpkg and its excludes were there. (Told of the excludes, mmdebstrap unpacks four times slower.)
SWEEP = """cd "$1" || exit
    rm -rf usr/share/info usr/share/groff usr/share/lintian
    find usr/share/doc usr/share/man usr/share/locale ! -type d ! -name copyright ! -name locale.alias -delete
    find usr/share/doc usr/share/locale -mindepth 1 -type d -empty -delete
    rm -f etc/apt/apt.conf.d/99mmdebstrap var/cache/apt/*.bin var/cache/debconf/*-old var/lib/dpkg/*-old"""

# What the slim image of a registry has. docker-clean has the name it has there: a Dockerfile with a cache of packages
# removes it by that name.
DEBIAN = (
    "--skip=chroot/policy-rc.d",
    "--extract-hook=upload policy-rc.d /usr/sbin/policy-rc.d",
    '--extract-hook=chmod 755 "$1/usr/sbin/policy-rc.d"',
    "--customize-hook=upload apt.conf /etc/apt/apt.conf.d/docker",
    "--customize-hook=upload apt-clean.conf /etc/apt/apt.conf.d/docker-clean",
)

# The server's packages bring more than a server in a container uses: tools for the files of a stopped server, sign-in
# by Kerberos and others in the client, and the whole of Perl for one script. There is no apt to miss them.
MYSQL_DIET = """cd "$1" || exit
    rm -rf var/cache/debconf/* usr/lib/mysql/plugin/*_client.so
    rm -rf usr/share/perl usr/share/perl5 usr/lib/*/perl usr/lib/*/libperl.so* usr/share/bash-completion usr/lib/udev
    cd usr/bin
    rm -f *isam* ibd2sdi innochecksum mysql_migrate_keyring mysqlslap mysqldumpslow perror"""

# The number of the user is the one of the official image: a volume can pass from one to the other. The folders are
# open as they are there, for containers that are started as another user.
MYSQL_FOLDERS = """echo "mysql:x:999:999:MySQL:/var/lib/mysql:/bin/false" >>"$1/etc/passwd"
    echo "mysql:x:999:" >>"$1/etc/group"
    mkdir -p "$1/etc/mysql/conf.d" "$1/docker-entrypoint-initdb.d"
    install -d -o 999 -g 999 -m 1777 "$1/var/lib/mysql" "$1/run/mysqld"
    install -d -o 999 -g 999 -m 750 "$1/var/lib/mysql-files"
    chmod 755 "$1/usr/local/bin/docker-entrypoint.sh\""""

# The folder of the socket is in /run, which mmdebstrap empties unless told not to.
MYSQL = (
    *("--include=mysql-server-core,mysql-client-core", "--skip=cleanup/run"),
    "--customize-hook=upload mysql-entrypoint.sh /usr/local/bin/docker-entrypoint.sh",
    "--customize-hook=upload mysql.cnf /etc/my.cnf",
    f"--customize-hook={MYSQL_FOLDERS}",
    f"--customize-hook={MYSQL_DIET}",
)

# The variant and the options of each stand-in.
KINDS = {"debian": ("minbase", DEBIAN), "mysql": ("essential", MYSQL)}


def indextargets(label: str) -> Sequence[str]:
    """Ask apt where this machine gets Debian's packages (label Debian) or its security updates (Debian-Security)."""
    fields = ("Created-By: Packages", "Origin: Debian", f"Label: {label}")
    return ("apt-get", "indextargets", "--format", "$(REPO_URI)", *fields)


def setting(name: str) -> Sequence[str]:
    """Ask apt for a setting of this machine; the answer is `value='...'`, or nothing."""
    return ("apt-config", "shell", "value", name)


def look_up(mirror: str, suite: str, file: str) -> Sequence[str]:
    """Download the index of a suite: whether a mirror carries it."""
    options = ("-qq", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1")
    limits = ("-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")
    return ("/usr/lib/apt/apt-helper", *options, *limits, "download-file", f"{mirror}/dists/{suite}/InRelease", file)


def source(mirror: str, suite: str) -> str:
    """Return a line of sources.list."""
    return f"deb [signed-by={KEYRING}] {mirror} {suite} main"


def build(kind: str, suite: str, file: str, sources: Sequence[str], unchecked: Sequence[str]) -> Sequence[str]:
    """Make a file system as a tar file; without sources from Debian's own mirror.

    `unchecked` are checks of dates that this machine leaves out ("Acquire::Check-Valid-Until"), as for a mirror of
    snapshots: what is made from it leaves them out too.
    """
    variant, options = KINDS[kind]
    dates = [f'{name} "false"' for name in unchecked]
    if suite == "sid":  # signed for a week; a mirror that is a little late is no reason to stop
        dates.append('Acquire::Check-Valid-Until "false"')
    return (
        *("mmdebstrap", *COMMON),
        *(f"--aptopt={date}" for date in dates),
        *(f"""--customize-hook=echo '{name} "false";' >>"$1/etc/apt/apt.conf.d/mirror\"""" for name in unchecked),
        # Without the certificates of the authorities a mirror that speaks https cannot be read from inside the image.
        *(("--include=ca-certificates",) if any("https:" in line for line in sources) else ()),
        f"--customize-hook={SWEEP}",
        *options,
        *(f"--variant={variant}", "--format=tar", suite, file),
        *sources,
    )
