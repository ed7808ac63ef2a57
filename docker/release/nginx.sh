#!/bin/sh
# Write the parts of nginx's configuration that come from the environment, then become the command.
#   TRUSTED_PROXIES   addresses or networks of the proxies in front, separated by commas or spaces; none by default
#   APPLICATION       uWSGI's address: unix:/path/of/its/socket, or NAME:PORT in a Docker network
set -eu

networks=$(printf '%s' "${TRUSTED_PROXIES:-}" | tr ',' ' ')
for network in $networks; do
    # Other characters could become an nginx directive. nginx itself refuses an invalid network.
    case "$network" in
        *[!0-9a-fA-F.:/]*)
            echo "FAIL: expected networks like 10.0.0.0/8 in TRUSTED_PROXIES, found '$network'. Correct it." >&2
            exit 1
            ;;
    esac
done

{
    # shellcheck disable=SC2016  # nginx's variables
    printf 'geo $realip_remote_addr $from_trusted_proxy {\n    default 0;\n'
    # shellcheck disable=SC2086  # a list
    [ -z "$networks" ] || printf '    %s 1;\n' $networks
    printf '}\n'
    # shellcheck disable=SC2086
    [ -z "$networks" ] || printf 'set_real_ip_from %s;\n' $networks
    printf 'real_ip_header X-Forwarded-For;\n'
    # The last address that is no trusted proxy is the client's. A client can invent those before it.
    printf 'real_ip_recursive on;\n'
} >/tmp/trusted-proxies.conf

# shellcheck disable=SC2016  # nginx's variables
case "${APPLICATION:-}" in
    "") ;; # the edge has none
    unix:/*) printf 'upstream application {\n    zone application 64k;\n    server %s max_conns=256;\n}\nmap "" $application { default application; }\n' "$APPLICATION" ;;
    [a-z]*:[0-9]*)
        # After an update the name has other addresses. nginx resolves a name in a variable again, and Docker's name
        # server, always at this address, returns healthy containers only.
        printf 'resolver 127.0.0.11 valid=1s ipv6=off;\nresolver_timeout 2s;\nmap "" $application { default %s; }\n' "$APPLICATION"
        ;;
    *)
        echo "FAIL: expected unix:/path or name:port in APPLICATION, found '$APPLICATION'. Correct it." >&2
        exit 1
        ;;
esac >/tmp/application.conf

exec "$@"
