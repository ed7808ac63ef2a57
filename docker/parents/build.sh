#!/usr/bin/env bash
# Make the file system of one stand-in from Debian's packages, with mmdebstrap. Called by scripts/parents.
#   build.sh debian FILE.tar    DEBIAN_SUITE with apt: what the slim image of a registry has
#   build.sh mysql FILE.tar     the server and its client from MYSQL_SUITE, without apt
source "$(dirname "$0")/../../scripts/lib.sh"
# shellcheck source=docker/parents/pins.env
. docker/parents/pins.env
cd docker/parents || exit

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# mirror LABEL: where this machine gets Debian's packages (label Debian) or its security updates (Debian-Security).
# Silent on a machine that is not Debian's, as Ubuntu.
mirror() {
    # shellcheck disable=SC2016  # apt's own variable
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Label: $1" 2>/dev/null |
        awk '/^https?:/ && !found { sub("/$", ""); print; found = 1 }'
}

# has URI SUITE: does the mirror carry it?
has() {
    /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root -o Acquire::Retries=1 \
        -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 download-file "$1/dists/$2/InRelease" "$WORK/$2"
}

# find_sources SUITE: the lines of sources.list, in SOURCES. None on a machine that has no Debian mirror of its own:
# mmdebstrap knows Debian's, and the updates that belong to a stable suite.
find_sources() {
    local suite=$1 main security of="deb [signed-by=$KEYRING]"
    SOURCES=()
    main=$(mirror Debian)
    [ -n "$main" ] || return 0
    has "$main" "$suite" >&2 ||
        fail "expected this machine's Debian mirror to give the suite $suite, found the error above. Mend the network or apt's sources, or let the Docker engine reach a registry that has the parents, then run make again."
    SOURCES+=("$of $main $suite main")
    [ "$suite" != sid ] || return 0 # sid is its own update
    if has "$main" "$suite-updates" 2>/dev/null; then
        SOURCES+=("$of $main $suite-updates main")
    fi
    security=$(mirror Debian-Security)
    if [ -n "$security" ] && has "$security" "$suite-security" 2>/dev/null; then
        SOURCES+=("$of $security $suite-security main")
    fi
}

# apt's setting on this machine, empty where it has none.
setting() {
    local value=
    eval "$(apt-config shell value "$1" 2>/dev/null)"
    printf '%s' "$value"
}

# mmdebstrap does not read this machine's apt settings. A proxy of its own has to be told by the variables that apt reads.
use_proxy() {
    http_proxy=${http_proxy:-$(setting Acquire::http::Proxy)}
    https_proxy=${https_proxy:-$(setting Acquire::https::Proxy)}
    [ -z "$http_proxy" ] || export http_proxy
    [ -z "$https_proxy" ] || export https_proxy
}

# What mmdebstrap is told in every case; the answer is in OPTIONS.
set_options() {
    local suite=$1 name
    # A mirror that stops answering is a sentence after a minute, not after ten.
    OPTIONS=(--aptopt='Acquire::http::Timeout "20"' --aptopt='Acquire::Retries "2"'
        --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"'
        --extract-hook='upload dpkg.conf /etc/dpkg/dpkg.cfg.d/docker')
    # A mirror of snapshots keeps old dates. A machine that allows it has to allow it in what is made from its mirror.
    for name in Acquire::Check-Valid-Until Acquire::Check-Date; do
        if [ "$(setting "$name")" = false ]; then
            OPTIONS+=(--aptopt="$name \"false\"")
            OPTIONS+=(--customize-hook="echo '$name \"false\";' >>\"\$1/etc/apt/apt.conf.d/mirror\"")
        fi
    done
    # sid is signed for a week; a mirror that is a little late is no reason to stop.
    if [ "$suite" = sid ]; then
        OPTIONS+=(--aptopt='Acquire::Check-Valid-Until "false"')
    fi
}

# mmdebstrap gives its hooks the folder of the file system as $1.
# Unpacked before dpkg and its excludes were there. (Told of the excludes, mmdebstrap unpacks four times slower.)
# shellcheck disable=SC2016  # the hook's own variables
SWEEP='cd "$1" || exit
    rm -rf usr/share/info usr/share/groff usr/share/lintian
    find usr/share/doc usr/share/man usr/share/locale ! -type d ! -name copyright ! -name locale.alias -delete
    find usr/share/doc usr/share/locale -mindepth 1 -type d -empty -delete
    rm -f etc/apt/apt.conf.d/99mmdebstrap var/cache/apt/*.bin var/cache/debconf/*-old var/lib/dpkg/*-old'

# run VARIANT SUITE FILE OPTIONS...
run() {
    local variant=$1 suite=$2 file=$3
    shift 3
    find_sources "$suite"
    # Without the certificates' authorities a mirror that speaks https cannot be read from inside the image.
    case "${SOURCES[*]-}" in *https:*) OPTIONS+=(--include=ca-certificates) ;; esac
    if ! mmdebstrap "${OPTIONS[@]}" --customize-hook="$SWEEP" "$@" --variant="$variant" --format=tar \
        "$suite" "$file" ${SOURCES[@]+"${SOURCES[@]}"} </dev/null; then
        fail "expected mmdebstrap to make Debian $suite from its packages, found the error above. Mend it, or let the Docker engine reach a registry that has the parents, then run make again."
    fi
}

# ensure_line NAME FOUND WANTED KNOB
ensure_line() {
    case "$2." in
        "$3".*) ;;
        *) fail "expected $1 $3 from Debian's packages, found '$2'. Let this machine reach a registry, or pin the new line: $4 in docker/parents/pins.env" ;;
    esac
}

build_debian() {
    local file=$1
    set_options "$DEBIAN_SUITE"
    # shellcheck disable=SC2016  # the hook's own variables
    # docker-clean has the name it has elsewhere: a Dockerfile with a cache of packages removes it by that name.
    run minbase "$DEBIAN_SUITE" "$file" \
        --skip=chroot/policy-rc.d \
        --extract-hook='upload policy-rc.d /usr/sbin/policy-rc.d' \
        --extract-hook='chmod 755 "$1/usr/sbin/policy-rc.d"' \
        --customize-hook='upload apt.conf /etc/apt/apt.conf.d/docker' \
        --customize-hook='upload apt-clean.conf /etc/apt/apt.conf.d/docker-clean'
    ensure_line Debian "$(tar -xOf "$file" ./etc/debian_version)" "$DEBIAN_LINE" DEBIAN_LINE
}

# The server's packages bring more than a server in a container uses: tools for the files of a stopped server, sign-in
# by Kerberos and others in the client, and the whole of Perl for one script. There is no apt to miss them.
# shellcheck disable=SC2016  # the hook's own variables
MYSQL_DIET='cd "$1" || exit
    rm -rf var/cache/debconf/* usr/lib/mysql/plugin/*_client.so
    rm -rf usr/share/perl usr/share/perl5 usr/lib/*/perl usr/lib/*/libperl.so* usr/share/bash-completion usr/lib/udev
    cd usr/bin
    rm -f *isam* ibd2sdi innochecksum mysql_migrate_keyring mysqlslap mysqldumpslow perror'

# The number of the user is the one of the official image: a volume can pass from one to the other. The folders are
# open as they are there, for containers that are started as another user.
# shellcheck disable=SC2016  # the hook's own variables
MYSQL_FOLDERS='echo "mysql:x:999:999:MySQL:/var/lib/mysql:/bin/false" >>"$1/etc/passwd"
    echo "mysql:x:999:" >>"$1/etc/group"
    mkdir -p "$1/etc/mysql/conf.d" "$1/docker-entrypoint-initdb.d"
    install -d -o 999 -g 999 -m 1777 "$1/var/lib/mysql" "$1/run/mysqld"
    install -d -o 999 -g 999 -m 750 "$1/var/lib/mysql-files"
    chmod 755 "$1/usr/local/bin/docker-entrypoint.sh"'

build_mysql() {
    local file=$1
    set_options "$MYSQL_SUITE"
    # The folder of the socket stands in /run, which mmdebstrap empties unless told not to.
    run essential "$MYSQL_SUITE" "$file" --include=mysql-server-core,mysql-client-core --skip=cleanup/run \
        --customize-hook='upload mysql-entrypoint.sh /usr/local/bin/docker-entrypoint.sh' \
        --customize-hook='upload mysql.cnf /etc/my.cnf' \
        --customize-hook="$MYSQL_FOLDERS" --customize-hook="$MYSQL_DIET"
    ensure_line MySQL "$(tar -xOf "$file" ./var/lib/dpkg/status |
        awk '/^Package: / { p = $2 } p == "mysql-server-core" && /^Version: / { print $2 }')" "$MYSQL_LINE" MYSQL_LINE
}

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
use_proxy
"build_$1" "$2"
