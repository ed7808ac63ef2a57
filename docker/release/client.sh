#!/bin/bash
# Write the API's address for the page, then become nginx.
#   API_URL   http://host:port/todos; or :8000/todos, the page's own scheme and host name with that port; or /todos, the
#             page's own server
set -eu

# The address becomes a JSON string, so characters that need an escape are refused.
pattern='^(https?://[^/]|:[0-9]|/)[^][:space:][:cntrl:]"\\<>]*$'
if [[ ! ${API_URL:-} =~ $pattern ]]; then
    echo "FAIL: expected the API's address in API_URL (http://host:port/todos, or :8000/todos for this page's own host), found '${API_URL:-}'. Correct it." >&2
    exit 1
fi
printf '{"api": "%s"}\n' "$API_URL" >/tmp/config.json
exec nginx
