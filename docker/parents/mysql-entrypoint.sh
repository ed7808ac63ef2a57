#!/bin/bash
# The stand-in's entry point: the part of the official MySQL image's contract that this project uses, so that both work in
# the same compose file.
#
#   docker run IMAGE [FLAG...]     the server, with flags
#   docker run IMAGE COMMAND...    another command
#
# An empty data directory is initialised from these variables (or NAME_FILE, the path of a file with the value):
#   MYSQL_ROOT_PASSWORD            required
#   MYSQL_ROOT_HOST                hosts from which root may log in, besides the socket (% by default: all)
#   MYSQL_DATABASE                 a database to create
#   MYSQL_USER, MYSQL_PASSWORD     a user to create, with all rights on that database
# Then the *.sh and *.sql of /docker-entrypoint-initdb.d run, in the order of their names. Until then the server accepts no
# connections. A directory with data is not changed.
set -euo pipefail
shopt -s nullglob

DATA=/var/lib/mysql SOCKET=/run/mysqld/mysqld.sock
SCRIPTS=(/docker-entrypoint-initdb.d/*)
# mysqld ignores names with a leading dot.
UNFINISHED=$DATA/.todobackend-unfinished
# An unfinished directory is never used, so nothing must reach the disk before the end.
FAST=(--innodb-flush-log-at-trx-commit=0 --sync-binlog=0 --innodb-doublewrite=OFF)

die() {
    echo "[entrypoint] ERROR: $*" >&2
    exit 1
}

# As process 1 this shell handles signals only between commands or in `wait`, so long commands run in the background.
attend() {
    "$@" <&0 &
    wait "$!"
}

# setting NAME [DEFAULT]: from the variable, or from the file NAME_FILE.
setting() {
    local name=$1 file=${1}_FILE value=${!1:-${2:-}}
    if [ -n "${!file:-}" ]; then
        [ -z "${!name:-}" ] || die "expected $name or $file, found both. Remove one."
        [ -r "${!file}" ] || die "expected a readable file at $file=${!file}, found none. Mount it."
        value=$(<"${!file}")
        [ -n "$value" ] || die "expected a value in the file at $file=${!file}, found nothing. Write it."
    fi
    unset "$file"
    export "$name=$value"
}

string() {
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}

# shellcheck disable=SC2016  # quotes of SQL
name() { printf '`%s`' "${1//\`/\`\`}"; }

accounts() {
    local pattern=${MYSQL_DATABASE//\\/\\\\}
    # The escaping fits these settings; the server's flags may set others.
    echo "SET SESSION sql_mode = ''; SET NAMES utf8mb4;"
    if [ "$MYSQL_ROOT_HOST" != localhost ]; then
        echo "CREATE USER 'root'@$(string "$MYSQL_ROOT_HOST") IDENTIFIED BY $(string "$MYSQL_ROOT_PASSWORD");"
        echo "GRANT ALL ON *.* TO 'root'@$(string "$MYSQL_ROOT_HOST") WITH GRANT OPTION;"
    fi
    [ -z "$MYSQL_DATABASE" ] || echo "CREATE DATABASE IF NOT EXISTS $(name "$MYSQL_DATABASE");"
    [ -z "$MYSQL_USER" ] || echo "CREATE USER $(string "$MYSQL_USER")@'%' IDENTIFIED BY $(string "$MYSQL_PASSWORD");"
    if [ -n "$MYSQL_USER" ] && [ -n "$MYSQL_DATABASE" ]; then
        # _ and % are wildcards in a grant, unless escaped.
        pattern=${pattern//_/\\_}
        echo "GRANT ALL ON $(name "${pattern//%/\\%}").* TO $(string "$MYSQL_USER")@'%';"
    fi
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY $(string "$MYSQL_ROOT_PASSWORD");"
}

sql() {
    MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --no-defaults --protocol=socket --socket="$SOCKET" --user=root \
        --default-character-set=utf8mb4 ${MYSQL_DATABASE:+--database="$MYSQL_DATABASE"} "$@"
}

# Run the scripts on a server that listens on its socket only.
run_scripts() {
    local server file
    "$@" "${FAST[@]}" --skip-networking --mysqlx=OFF --socket="$SOCKET" &
    server=$!
    for _ in {1..600}; do
        if sql --execute 'SELECT 1' >/dev/null 2>&1; then break; fi
        kill -0 "$server" 2>/dev/null || die "expected mysqld to start for the scripts, found the error above."
        sleep 0.1
    done
    for file in "${SCRIPTS[@]}"; do
        echo "[entrypoint] Running $file"
        case "$file" in
            *.sh) attend bash -eu "$file" ;;
            *.sql) attend sql <"$file" ;;
            *) echo "[entrypoint] Left out: expected *.sh or *.sql" ;;
        esac || die "expected $file to run to its end, found the error above. Mend it, then start again."
    done
    kill -TERM "$server"
    wait "$server" || die "expected mysqld to end well after the scripts, found the error above."
}

initialise() {
    [ -n "$MYSQL_ROOT_PASSWORD" ] || die "expected MYSQL_ROOT_PASSWORD for a new database, found none. Set it."
    [ "$MYSQL_USER" != root ] || die "expected another name than root in MYSQL_USER. Use MYSQL_ROOT_PASSWORD for root."
    [ -z "${MYSQL_USER:+x}${MYSQL_PASSWORD:+x}" ] || [ "${MYSQL_USER:+x}${MYSQL_PASSWORD:+x}" = xx ] ||
        die "expected MYSQL_USER and MYSQL_PASSWORD, found one of them. Set both."
    # The mark of the unfinished directory stays, so the next start begins again.
    trap 'echo "[entrypoint] Stopped while initialising"; exit 143' TERM INT
    : >"$UNFINISHED"
    echo "[entrypoint] Initialising $DATA"
    # Through a pipe: no file, command line or log contains a password.
    exec 3< <(accounts)
    attend "$@" "${FAST[@]}" --log-error-verbosity=1 --initialize-insecure --init-file=/dev/fd/3 ||
        die "expected mysqld to initialise $DATA, found the error above. Mend its flags or settings, then start again."
    exec 3<&-
    [ "${#SCRIPTS[@]}" -eq 0 ] || run_scripts "$@"
    # Sync the data to the disk before the mark is removed.
    sync --file-system "$DATA"
    rm -f "$UNFINISHED"
    trap - TERM INT
}

case "${1:-}" in "" | -*) set -- mysqld "$@" ;; esac
[ "$1" = mysqld ] || exec "$@"
# These options need no data.
for argument; do
    case "$argument" in --help | -'?' | --version | -V | --print-defaults | --validate-config) exec "$@" ;; esac
done
if [ "$(id -u)" = 0 ]; then
    # A new volume or tmpfs belongs to root; the server is not root.
    mkdir -p /run/mysqld
    find "$DATA" /run/mysqld ! -user mysql -exec chown mysql:mysql {} + ||
        die "expected to be allowed to give $DATA to the user mysql, found the error above. Leave the container the" \
            "capabilities CHOWN, DAC_OVERRIDE, SETUID and SETGID, or start it as user 999."
    exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
fi
# A killed server leaves them; the lock looks held if another process has that process id.
rm -f /run/mysqld/*.sock /run/mysqld/*.lock
setting MYSQL_ROOT_HOST %
for variable in MYSQL_DATABASE MYSQL_USER MYSQL_PASSWORD MYSQL_ROOT_PASSWORD; do setting "$variable"; done
if [ -e "$UNFINISHED" ]; then
    echo "[entrypoint] $DATA is from a start that was killed while initialising: beginning again"
    find "$DATA" -mindepth 1 ! -path "$UNFINISHED" -delete
    initialise "$@"
elif [ -z "$(ls -A "$DATA")" ]; then
    initialise "$@"
elif [ ! -d "$DATA/mysql" ]; then
    die "expected an empty $DATA or one with MySQL's data, found files that are neither. Give it a volume of its own."
fi
# The server must not have them.
unset MYSQL_PASSWORD MYSQL_ROOT_PASSWORD
exec "$@"
