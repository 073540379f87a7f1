#!/usr/bin/env bash
# `npm run proof:http`: the producer endpoint against schemathesis, its door open and with keys, then against oversize and slow bodies,
# wrong keys and wrong signatures. Needs python3 with venv; schemathesis goes into .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"

venv=.venv/schemathesis-4.32.5
[ -x "$venv/bin/schemathesis" ] || {
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5 >&2
}

work=$(mktemp -d)
pid=
stop() {
  [ -z "$pid" ] || { kill -INT "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; } || true
  pid=
}
trap 'stop; rm -rf "$work"' EXIT
start() { # start ARGUMENTS…: sets origin
  node local/cli/millrace.mjs start --no-traffic --port 0 "$@" >"$work/start.log" 2>&1 &
  pid=$!
  for _ in $(seq 150); do
    origin=$(sed -n 's#.*(\(http://127.0.0.1:[0-9]*\)/openapi.json).*#\1#p' "$work/start.log")
    [ -n "$origin" ] && return
    sleep 0.2
  done
  cat "$work/start.log" >&2
  exit 1
}
# positive_data_acceptance is left out: whether an event is taken depends on its type's schema and on CloudEvents' own rules, which
# the answer names event by event; a request of which nothing can be taken is answered 400, as documented.
fuzz() {
  "$venv/bin/schemathesis" run "$origin/openapi.json" --max-examples "${EXAMPLES:-50}" \
    --exclude-checks positive_data_acceptance "$@"
}

echo '== the door open'
start
fuzz
stop

echo '== the door with keys'
key=$(openssl rand -hex 32)
secret=$(openssl rand -base64 32)
hash=$(printf %s "$key" | openssl dgst -sha256 -r | cut -d' ' -f1)
printf '{"keys":[{"id":"proof","sha256":"%s"},{"id":"signer","secret":"whsec_%s"}]}' "$hash" "$secret" >"$work/keys.json"
start --keys "$work/keys.json"
fuzz --header "x-api-key: $key"
KEY=$key SECRET=$secret node local/proof/probe-http.ts "$origin"
stop
