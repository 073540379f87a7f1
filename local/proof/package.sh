#!/bin/sh
# `npm run proof:package`: packages the service without an account and lints both templates. Fails on any cfn-lint error.
# Needs python3; cfn-lint goes into .venv. osls's own routes and functions give warnings W3005, which are not counted.
set -eu
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"

[ -x .venv/bin/cfn-lint ] || {
  python3 -m venv .venv
  .venv/bin/pip install --quiet --disable-pip-version-check cfn-lint==1.58.0
}
node local/cli/millrace.mjs build

lint() {
  echo "serverless package $*"
  # No account is asked: any call to AWS would fail on these.
  AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_EC2_METADATA_DISABLED=true timeout 300 serverless package "$@" >&2
  .venv/bin/cfn-lint --non-zero-exit-code error --ignore-checks W3005 --regions us-east-1 \
    --template .serverless/cloudformation-template-create-stack.json .serverless/cloudformation-template-update-stack.json
}

lint --stage prod --param shards=4
lint --param capacity=on-demand --param door=open --param deaggregate=refined
lint # last, so that .serverless holds the plain development stage
echo 'packaged three ways, cfn-lint found no error'
