#!/bin/bash
# What the stand-in does before the server: the contract of the official MySQL image, so that a compose file
# need not know which of the two it got.
#
#   docker run IMAGE                      the server
#   docker run IMAGE --some-flag          the server, with the flag
#   docker run IMAGE bash                 anything else, as it stands
#
# An empty data directory is initialised from these (each also as NAME_FILE, the path of a file that holds it):
#   MYSQL_ROOT_PASSWORD, or MYSQL_RANDOM_ROOT_PASSWORD=yes, or MYSQL_ALLOW_EMPTY_PASSWORD=yes: one has to be given
#   MYSQL_ROOT_HOST                       where root may come from, besides the socket (%: anywhere)
#   MYSQL_DATABASE                        a database to create
#   MYSQL_USER and MYSQL_PASSWORD         a user to create, with every right on that database
# and then from the *.sh, *.sql and *.sql.gz in /docker-entrypoint-initdb.d, in the order of their names. Until all that
# is done nobody hears the server from outside. A data directory that has data is left as it is.
#
# Not here, where the official image has it: time zone tables, MYSQL_ONETIME_PASSWORD.
set -euo pipefail
shopt -s nullglob

SCRIPTS=(/docker-entrypoint-initdb.d/*)
SOCKET=/run/mysqld/mysqld.sock

say() { echo "[entrypoint] $*"; }
die() {
    trap - EXIT
    echo "[entrypoint] ERROR: $*" >&2
    exit 1
}

# As process 1 this shell ignores signals it has no trap for, and it hears them only between commands or in `wait`:
# what takes long runs as a child that is waited for.
attend() {
    "$@" <&0 &
    wait "$!"
}

# --- settings ---

# setting NAME [DEFAULT]: from the variable, or from the file that NAME_FILE names.
setting() {
    local name=$1 file=${1}_FILE value
    if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then
        die "expected $name or $file, found both. Remove one."
    fi
    value=${!name:-${2:-}}
    if [ -n "${!file:-}" ]; then
        [ -r "${!file}" ] || die "expected a readable file at $file=${!file}, found none. Mount it, or correct the path."
        value=$(<"${!file}")
        [ -n "$value" ] || die "expected a value in the file at $file=${!file}, found nothing. Write it."
    fi
    unset "$file"
    export "$name=$value"
}

read_settings() {
    setting MYSQL_ROOT_HOST %
    setting MYSQL_DATABASE
    setting MYSQL_USER
    setting MYSQL_PASSWORD
    setting MYSQL_ROOT_PASSWORD
    setting MYSQL_RANDOM_ROOT_PASSWORD
    setting MYSQL_ALLOW_EMPTY_PASSWORD
}

check_settings() {
    if [ -z "$MYSQL_ROOT_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD" ]; then
        die "expected MYSQL_ROOT_PASSWORD, MYSQL_RANDOM_ROOT_PASSWORD or MYSQL_ALLOW_EMPTY_PASSWORD for a new" \
            "database, found none of them. Set one."
    fi
    [ "$MYSQL_USER" != root ] ||
        die "expected a name other than root in MYSQL_USER: root is always there. Use MYSQL_ROOT_PASSWORD for it."
    [ -z "$MYSQL_USER" ] || [ -n "$MYSQL_PASSWORD" ] ||
        die "expected MYSQL_PASSWORD for MYSQL_USER=$MYSQL_USER, found none. Set it, or MYSQL_PASSWORD_FILE."
    [ -z "$MYSQL_PASSWORD" ] || [ -n "$MYSQL_USER" ] ||
        die "expected MYSQL_USER for MYSQL_PASSWORD, found none. Set it."
    [ -z "${MYSQL_ONETIME_PASSWORD:-}" ] ||
        die "expected no MYSQL_ONETIME_PASSWORD: this stand-in cannot expire a password. Remove it, or use the" \
            "official image."
}

# --- SQL ---

string() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}

# shellcheck disable=SC2016  # quotes of SQL
name() { printf '`%s`' "${1//\`/\`\`}"; }

# In a grant _ and % stand for other characters, unless escaped.
granted_name() {
    local text=${1//\\/\\\\}
    text=${text//_/\\_}
    name "${text//%/\\%}"
}

accounts() {
    # The strings above are escaped for these; flags of the server may say otherwise.
    echo "SET SESSION sql_mode = '';"
    echo "SET NAMES utf8mb4;"
    if [ "$MYSQL_ROOT_HOST" != localhost ]; then
        echo "CREATE USER 'root'@$(string "$MYSQL_ROOT_HOST") IDENTIFIED BY $(string "$MYSQL_ROOT_PASSWORD");"
        echo "GRANT ALL ON *.* TO 'root'@$(string "$MYSQL_ROOT_HOST") WITH GRANT OPTION;"
    fi
    if [ -n "$MYSQL_DATABASE" ]; then
        echo "CREATE DATABASE IF NOT EXISTS $(name "$MYSQL_DATABASE");"
    fi
    if [ -n "$MYSQL_USER" ]; then
        echo "CREATE USER $(string "$MYSQL_USER")@'%' IDENTIFIED BY $(string "$MYSQL_PASSWORD");"
        if [ -n "$MYSQL_DATABASE" ]; then
            echo "GRANT ALL ON $(granted_name "$MYSQL_DATABASE").* TO $(string "$MYSQL_USER")@'%';"
        fi
    fi
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(string "$MYSQL_ROOT_PASSWORD");"
}

# --- initialising ---

# Nothing of an unfinished directory is ever used, so nothing in it has to reach the disk before it is finished.
FAST=(--innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF)

# The accounts are made by the one process that makes the directory. They reach it through a pipe: passwords are
# in no file, on no command line and in no log.
create_directory() {
    exec 3< <(accounts)
    attend "$@" "${FAST[@]}" --log-error-verbosity=1 --initialize-insecure --init-file=/dev/fd/3 ||
        die "expected mysqld to initialise $DATADIR, found the error above. Mend its flags or settings, then start again."
    exec 3<&-
}

# The client, as root over the socket. Under this name the official image offers it to scripts.
docker_process_sql() {
    MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --protocol=socket --socket="$SOCKET" --user=root \
        --comments --default-character-set=utf8mb4 ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} "$@"
}

gunzip_to_server() { gunzip --stdout "$1" | docker_process_sql; }

answers() { docker_process_sql --execute 'SELECT 1' >/dev/null 2>&1; }

# The scripts' functions and variables may depend on each other, as in the official image: one that is not executable
# is read into this shell.
run_script() {
    local file=$1
    case "$file" in
        *.sh)
            if [ -x "$file" ]; then
                say "Running $file"
                attend "$file"
            else
                say "Reading $file"
                # shellcheck disable=SC1090  # whatever the user mounted
                . "$file"
            fi
            ;;
        *.sql)
            say "Running $file"
            attend docker_process_sql <"$file"
            ;;
        *.sql.gz)
            say "Running $file"
            attend gunzip_to_server "$file"
            ;;
        *) say "Leaving out $file: expected *.sh, *.sql or *.sql.gz" ;;
    esac
}

# A script that fails ends this shell (set -e), and one that is read into it may call exit.
script_ended_it() {
    die "expected $1 to run to its end, found what is above. Mend it, then start again."
}

# Scripts need a server: one that listens on its socket only, and ends when they have run.
run_scripts() {
    local server file tries=0
    "$@" "${FAST[@]}" --skip-networking --mysqlx=OFF --socket="$SOCKET" &
    server=$!
    until answers; do
        kill -0 "$server" 2>/dev/null || die "expected mysqld to start for the scripts, found the error above."
        tries=$((tries + 1))
        [ "$tries" -le 600 ] || die "expected mysqld to answer the scripts within a minute, found silence."
        sleep 0.1
    done
    for file in "${SCRIPTS[@]}"; do
        # shellcheck disable=SC2064  # the name as it is now
        trap "script_ended_it '$file'" EXIT
        run_script "$file"
    done
    trap - EXIT
    kill -TERM "$server"
    wait "$server" || die "expected mysqld to end well after the scripts, found the error above."
}

# The sign of the unfinished directory stays: the next start begins again. What still runs ends with this process.
interrupted() {
    trap - EXIT
    say "Stopped while initialising; the next start begins again"
    exit 143
}

initialise() {
    check_settings
    trap interrupted TERM INT
    : >"$UNFINISHED"
    if [ -n "$MYSQL_RANDOM_ROOT_PASSWORD" ]; then
        MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
        # The log is the only way it can reach whoever asked for it.
        say "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
    fi
    say "Initialising $DATADIR"
    create_directory "$@"
    if [ "${#SCRIPTS[@]}" -gt 0 ]; then
        run_scripts "$@"
    fi
    # First the data on the disk, then the sign that it is not whole off it.
    sync --file-system "$DATADIR"
    rm -f "$UNFINISHED"
    trap - TERM INT
}

# --- the directory ---

# Where the server's own settings and flags put it.
find_directory() {
    DATADIR=$("$@" --verbose --help 2>/dev/null | awk '$1 == "datadir" { sub(/^datadir +/, ""); print; exit }') || :
    if [ -z "$DATADIR" ]; then
        "$@" --verbose --help >/dev/null || :
        die "expected flags and settings that mysqld understands, found the error above. Correct them."
    fi
    DATADIR=${DATADIR%/}
    # mysqld takes a directory for empty that has only names with a leading dot.
    UNFINISHED=$DATADIR/.todobackend-unfinished
}

# A volume or a tmpfs begins as root's; the server is not root.
become_mysql() {
    mkdir -p "$DATADIR" /run/mysqld
    find "$DATADIR" /run/mysqld ! -user mysql -exec chown mysql:mysql {} + ||
        die "expected to be allowed to give $DATADIR to the user mysql, found the error above. Leave the container the" \
            "capabilities CHOWN, DAC_OVERRIDE, SETUID and SETGID, or start it as user 999."
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
}

# A directory is ours to empty if it was empty when this script began with it: the sign stands for that.
prepare_directory() {
    if [ -e "$UNFINISHED" ]; then
        say "$DATADIR is from a start that was killed while initialising: beginning again"
        find "$DATADIR" -mindepth 1 ! -path "*/${UNFINISHED##*/}" -delete
        initialise "$@"
    elif [ -z "$(ls -A "$DATADIR")" ]; then
        initialise "$@"
    elif [ ! -d "$DATADIR/mysql" ]; then
        die "expected an empty $DATADIR or one with MySQL's data, found files that are neither. Give it a volume of" \
            "its own."
    fi
}

main() {
    local argument
    case "${1:-}" in "" | -*) set -- mysqld "$@" ;; esac
    [ "$1" = mysqld ] || exec "$@"
    # A question to the program needs no data.
    for argument; do
        case "$argument" in --help | -'?' | --version | -V | --print-defaults | --validate-config) exec "$@" ;; esac
    done

    find_directory "$@"
    if [ "$(id -u)" = 0 ]; then
        become_mysql "$@"
    fi
    # Left by a server that was killed: its number may belong to another process now, and the lock then looks held.
    rm -f /run/mysqld/*.sock /run/mysqld/*.lock
    read_settings
    prepare_directory "$@"
    # The server needs none of them.
    unset MYSQL_PASSWORD MYSQL_ROOT_PASSWORD
    exec "$@"
}

main "$@"
