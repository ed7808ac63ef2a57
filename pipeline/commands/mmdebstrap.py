"""mmdebstrap makes the file systems of the parents' stand-ins from Debian's packages.

Hooks run in docker/parents/, with the folder of the new file system as $1.
"""

from collections.abc import Sequence

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# A silent mirror is reported after a minute, not after ten.
COMMON = (
    '--aptopt=Acquire::http::Timeout "20"',
    '--aptopt=Acquire::Retries "2"',
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    "--extract-hook=upload dpkg.conf /etc/dpkg/dpkg.cfg.d/docker",
)

# The first packages are unpacked before dpkg's excludes apply. (With --dpkgopt mmdebstrap unpacks four times slower.)
SWEEP = """cd "$1" || exit
    rm -rf usr/share/info usr/share/groff usr/share/lintian
    find usr/share/doc usr/share/man usr/share/locale ! -type d ! -name copyright ! -name locale.alias -delete
    find usr/share/doc usr/share/locale -mindepth 1 -type d -empty -delete
    rm -f etc/apt/apt.conf.d/99mmdebstrap var/cache/apt/*.bin var/cache/debconf/*-old var/lib/dpkg/*-old"""

# As in Debian's slim image. docker-clean keeps its name: a Dockerfile with a package cache removes that file.
DEBIAN = (
    "--skip=chroot/policy-rc.d",
    "--extract-hook=upload policy-rc.d /usr/sbin/policy-rc.d",
    '--extract-hook=chmod 755 "$1/usr/sbin/policy-rc.d"',
    "--customize-hook=upload apt.conf /etc/apt/apt.conf.d/docker",
    "--customize-hook=upload apt-clean.conf /etc/apt/apt.conf.d/docker-clean",
)

# Files that a server in a container does not use: tools for the files of a stopped server, the client's plugins for
# Kerberos and others, Perl for one script. The image has no apt that could miss them.
MYSQL_DIET = """cd "$1" || exit
    rm -rf var/cache/debconf/* usr/lib/mysql/plugin/*_client.so
    rm -rf usr/share/perl usr/share/perl5 usr/lib/*/perl usr/lib/*/libperl.so* usr/share/bash-completion usr/lib/udev
    cd usr/bin
    rm -f *isam* ibd2sdi innochecksum mysql_migrate_keyring mysqlslap mysqldumpslow perror"""

# User id and modes of the official image: both can use the same volume, and containers may run as another user.
MYSQL_FOLDERS = """echo "mysql:x:999:999:MySQL:/var/lib/mysql:/bin/false" >>"$1/etc/passwd"
    echo "mysql:x:999:" >>"$1/etc/group"
    mkdir -p "$1/etc/mysql/conf.d" "$1/docker-entrypoint-initdb.d"
    install -d -o 999 -g 999 -m 1777 "$1/var/lib/mysql" "$1/run/mysqld"
    install -d -o 999 -g 999 -m 750 "$1/var/lib/mysql-files"
    chmod 755 "$1/usr/local/bin/docker-entrypoint.sh\""""

# The socket's folder is in /run, which mmdebstrap empties by default.
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
    """Ask apt for this machine's mirror of Debian (label Debian) or of its security updates (Debian-Security)."""
    fields = ("Created-By: Packages", "Origin: Debian", f"Label: {label}")
    return ("apt-get", "indextargets", "--format", "$(REPO_URI)", *fields)


def setting(name: str) -> Sequence[str]:
    """Ask apt for a setting of this machine; it prints `value='...'`, or nothing."""
    return ("apt-config", "shell", "value", name)


def look_up(mirror: str, suite: str, file: str) -> Sequence[str]:
    """Download a suite's index, to see whether a mirror has the suite."""
    options = ("-qq", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Retries=1")
    limits = ("-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")
    return ("/usr/lib/apt/apt-helper", *options, *limits, "download-file", f"{mirror}/dists/{suite}/InRelease", file)


def source(mirror: str, suite: str) -> str:
    return f"deb [signed-by={KEYRING}] {mirror} {suite} main"


def build(kind: str, suite: str, file: str, sources: Sequence[str], unchecked: Sequence[str]) -> Sequence[str]:
    """Make a file system as a tar file, from `sources` or Debian's own mirror.

    `unchecked` are apt's date checks that this machine switches off ("Acquire::Check-Valid-Until"), for example for a
    mirror of snapshots; the image switches them off too.
    """
    variant, options = KINDS[kind]
    dates = [f'{name} "false"' for name in unchecked]
    if suite == "sid":  # sid's signature is valid for a week, and a mirror may be late
        dates.append('Acquire::Check-Valid-Until "false"')
    return (
        *("mmdebstrap", *COMMON),
        *(f"--aptopt={date}" for date in dates),
        *(f"""--customize-hook=echo '{name} "false";' >>"$1/etc/apt/apt.conf.d/mirror\"""" for name in unchecked),
        # The image needs certificates to read a mirror over https.
        *(("--include=ca-certificates",) if any("https:" in line for line in sources) else ()),
        f"--customize-hook={SWEEP}",
        *options,
        *(f"--variant={variant}", "--format=tar", suite, file),
        *sources,
    )
