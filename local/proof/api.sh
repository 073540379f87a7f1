#!/usr/bin/env bash
# schemathesis against the producer endpoint: every documented and many undocumented requests. Needs Python 3; installs into .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"

venv=.venv/schemathesis
[ -x "$venv/bin/schemathesis" ] || { python3 -m venv "$venv"; "$venv/bin/pip" -q install schemathesis==4.32.5; }

log=$(mktemp)
node local/cli/millrace.mjs start --no-traffic --port 0 >"$log" 2>&1 &
pid=$!
trap 'kill -INT $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -f "$log"' EXIT
for _ in $(seq 100); do
  url=$(sed -n 's#.*(\(http://127.0.0.1:[0-9]*/openapi.json\)).*#\1#p' "$log")
  [ -n "$url" ] && break
  sleep 0.2
done
[ -n "${url:-}" ] || { cat "$log" >&2; exit 1; }
# positive_data_acceptance is left out: whether an event is taken depends on its type's schema and on CloudEvents' own rules, which
# the answer names event by event; a request of which nothing can be taken is answered 400, as documented.
"$venv/bin/schemathesis" run "$url" --max-examples "${EXAMPLES:-50}" --exclude-checks positive_data_acceptance
