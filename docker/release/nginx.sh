#!/bin/sh
# Write what nginx takes from the environment, then become the command.
#   TRUSTED_PROXIES   addresses or networks of the proxies in front, separated by commas or spaces; none by default
#   APPLICATION       where uWSGI listens: unix:/path/of/its/socket, or NAME:PORT in a network of Docker's
set -eu

networks=$(printf '%s' "${TRUSTED_PROXIES:-}" | tr ',' ' ')
for network in $networks; do
    # Anything else could become a directive of nginx; what these letters make that is no network, nginx refuses itself.
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
    # The last address that is no proxy of ours is the client's; what stands before it, the client may have invented.
    printf 'real_ip_recursive on;\n'
} >/tmp/trusted-proxies.conf

# shellcheck disable=SC2016  # nginx's variables
case "${APPLICATION:-}" in
    "") ;; # the edge of a deployment has none
    unix:/*) printf 'upstream application {\n    zone application 64k;\n    server %s max_conns=256;\n}\nmap "" $application { default application; }\n' "$APPLICATION" ;;
    [a-z]*:[0-9]*)
        # A name has other addresses after an update. nginx asks again for a name that it finds in a variable, and
        # Docker's own name server, always at this address, answers with the healthy containers alone.
        printf 'resolver 127.0.0.11 valid=1s ipv6=off;\nresolver_timeout 2s;\nmap "" $application { default %s; }\n' "$APPLICATION"
        ;;
    *)
        echo "FAIL: expected unix:/path or name:port in APPLICATION, found '$APPLICATION'. Correct it." >&2
        exit 1
        ;;
esac >/tmp/application.conf

exec "$@"
