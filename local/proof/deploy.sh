#!/usr/bin/env bash
# `npm run proof:deploy`: packages and deploys the service into an emulator of AWS, sends an event, finds its row and its archived bytes,
# deploys again, and removes the stack. It proves the wiring, nothing more: the emulator checks no permission and applies no retry,
# batch answer or destination of a mapping. Needs python3 with venv; the emulator goes into .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
export PATH="$root/node_modules/.bin:$PATH" # the emulator runs the functions with the node that it finds there

venv=.venv/ministack-1.5.33
[ -x "$venv/bin/ministack" ] || {
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check ministack==1.5.33 >&2
}

port=$(node -e 'const s=require("node:net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
export AWS_ENDPOINT_URL="http://127.0.0.1:$port" AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1
work=$(mktemp -d)
GATEWAY_PORT=$port TMPDIR=$work "$venv/bin/ministack" >"$work/emulator.log" 2>&1 &
emulator=$!
cleanup() {
  status=$?
  kill "$emulator" 2>/dev/null || true
  wait "$emulator" 2>/dev/null || true
  [ "$status" = 0 ] || tail -n 40 "$work/emulator.log" >&2
  rm -rf "$work"
}
trap cleanup EXIT
for _ in $(seq 150); do
  curl -sf "$AWS_ENDPOINT_URL/_ministack/health" >/dev/null && break
  sleep 0.2
done

stage=(--stage proof --param door=keys --param bucket=millrace-proof-data)
node local/proof/deployed.ts absent
echo '== deploy' && timeout 300 serverless deploy "${stage[@]}"
api=$(timeout 60 serverless info "${stage[@]}" | sed -n 's#.*https://\([a-z0-9]*\)\.execute-api.*#\1#p' | head -1)
echo '== an event in, its row and its bytes out' && node local/proof/deployed.ts present "$api"
echo '== deploy again, unchanged' && timeout 300 serverless deploy "${stage[@]}"
echo '== deploy again, without the lake' && timeout 300 serverless deploy "${stage[@]}" --param lake=off
echo '== what was stored is there, and events go on' && node local/proof/deployed.ts present "$api"
echo '== remove' && timeout 300 serverless remove "${stage[@]}"
node local/proof/deployed.ts absent
echo 'proof:deploy: deployed, fed, deployed again, removed'
