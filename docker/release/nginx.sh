#!/bin/sh
# Write what nginx takes from the environment, then become the command.
#   TRUSTED_PROXIES   addresses or networks of the proxies in front, separated by commas or spaces; none by default
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

exec "$@"
