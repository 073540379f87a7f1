#!/usr/bin/env bash
# The warehouse sink against a real PostgreSQL: the contract of destinations, two writers at once, a minute's rows, a broken connection. Takes the
# server that is here, else Debian's.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"

find_bin() { for d in "$(dirname "$(readlink -f "$(command -v initdb || echo /none)")")" /usr/lib/postgresql/*/bin; do [ -x "$d/initdb" ] && { echo "$d"; return; }; done; }
bin=$(find_bin || true)
if [ -z "$bin" ]; then
  apt-get -qq update && apt-get -qq install -y --no-install-recommends postgresql >/dev/null
  bin=$(find_bin)
fi

dir=$(mktemp -d)
run=()
# The server refuses to run as root.
if [ "$(id -u)" = 0 ]; then chown nobody "$dir"; run=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$dir"); fi
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
password=$(node -e 'console.log(require("crypto").randomBytes(16).toString("hex"))')
echo "$password" >"$dir/password"; chmod 644 "$dir/password"
(cd "$dir" && "${run[@]}" "$bin/initdb" -D "$dir/data" -U millrace --auth=scram-sha-256 --pwfile="$dir/password" --encoding=UTF8 >/dev/null)
(cd "$dir" && exec "${run[@]}" "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= >"$dir/log" 2>&1) &
pid=$!
trap 'kill -INT $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
"$bin/postgres" --version
export POSTGRES_URL="jdbc:postgresql://127.0.0.1:$port/postgres?sslmode=disable" PGUSER=millrace PGPASSWORD="$password"
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && grep -q 'ready to accept' "$dir/log"; then break; fi
  sleep 0.1
done
PROOF=postgres NODE_OPTIONS=--expose-gc vitest run || { tail -20 "$dir/log" >&2; exit 1; }
