#!/usr/bin/env bash
# `npm run proof:template`: packages the service in eight ways without an account, and holds the templates against cfn-lint, checkov and
# our own assertions (test/template). Needs python3 with venv; both tools go into .venv, each alone, since their needs differ.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
PATH="$root/node_modules/.bin:$PATH"
# No account is asked: any call to AWS would fail on these.
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_EC2_METADATA_DISABLED=true

tool() { # tool NAME VERSION: the command, installed if it is not
  local venv=".venv/$1-$2"
  [ -x "$venv/bin/$1" ] || {
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$1==$2" >&2
  }
  echo "$root/$venv/bin/$1"
}
lint=$(tool cfn-lint 1.58.0)
checkov=$(tool checkov 3.3.30)

out=$root/.millrace/template
rm -rf "$out"
mkdir -p "$out"
package() { # package NAME ARGUMENTS…
  local name=$1
  shift
  echo "serverless package $*"
  timeout 300 serverless package --package "$out/$name" "$@" >&2
}
package dev
package prod --stage prod --param shards=4 --param door=keys --param deaggregate=refined --param bucket=acme-millrace-prod \
  --param origins=https://shop.example,https://www.shop.example --param domain=events.acme.example \
  --param certificate=arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
package tokens --stage prod --param door=jwt --param issuer=https://id.acme.example/ --param audience=events --param key=aws
package bare --param capacity=on-demand --param door=open --param archive=off --param table=off --param lake=off

package all --stage prod --param bucket=acme-millrace-prod --param search=on --param publish=on --param webhooks=on --param topics=vpc \
  --param webhookSecret=arn:aws:secretsmanager:us-east-1:123456789012:secret:hooks-a1b2c3 --param firehose=on --param scale=on --param hooks=on \
  --param 'iotTopic=plant/+/temperature' --param logGroup=/aws/lambda/checkout --param eventSource=com.acme.shop \
  --param feedQueue=arn:aws:sqs:us-east-1:123456789012:orders \
  --param warehouse=vpc --param warehouseSecret=arn:aws:secretsmanager:us-east-1:123456789012:secret:warehouse-a1b2c3 \
  --param subnets=subnet-0123456789abcdef0,subnet-0123456789abcdef1 --param securityGroups=sg-0123456789abcdef0

# The second run of a replay, as `millrace replay --stage prod` deploys it.
package replay --stage prod-r2 --param shards=4 --param groups=16 --param key=own --param replayKey=12345678-1234-1234-1234-123456789012 \
  --param bucket=acme-millrace-prod-r2 --param run=2 --param archive=off --param lake=off --param data=Delete --param replay=on \
  --param replayOf=prod --param replayRun=1 --param replayBucket=acme-millrace-prod --param replayQuery=orders_per_minute

# Topics in place of streams: on Amazon MSK, and on brokers of one's own.
package kafka --stage prod --param log=kafka --param bucket=acme-millrace-prod --param shards=4 --param kafkaPollers=1-4 \
  --param kafkaCluster=arn:aws:kafka:us-east-1:123456789012:cluster/events/12345678-1234-1234-1234-123456789012-1 \
  --param brokers=b-1.events.abc.c1.kafka.us-east-1.amazonaws.com:9098,b-2.events.abc.c1.kafka.us-east-1.amazonaws.com:9098 \
  --param subnets=subnet-0123456789abcdef0,subnet-0123456789abcdef1 --param securityGroups=sg-0123456789abcdef0
package kafka-own --stage prod --param log=kafka --param bucket=acme-millrace-prod --param brokers=kafka-1.acme.example:9096 \
  --param kafkaAuth=scram --param kafkaSecret=arn:aws:secretsmanager:us-east-1:123456789012:secret:kafka-a1b2c3 \
  --param subnets=subnet-0123456789abcdef0,subnet-0123456789abcdef1 --param securityGroups=sg-0123456789abcdef0

templates=("$out"/*/cloudformation-template-*-stack.json)
# W3005: the framework names dependencies that follow from references.
"$lint" --non-zero-exit-code error --ignore-checks W3005 --regions us-east-1 --template "${templates[@]}"
echo "cfn-lint: ${#templates[@]} templates without an error"

skips=$(sed -n 's/^\(CKV[A-Z0-9_]*\) .*/\1/p' local/proof/checkov-skips.txt | paste -sd, -)
"$checkov" --framework cloudformation --compact --quiet --skip-download --skip-check "$skips" \
  --file "$out/prod/cloudformation-template-update-stack.json" "$out/all/cloudformation-template-update-stack.json"
echo "checkov: production passes, but for $(tr ',' '\n' <<<"$skips" | wc -l) checks that local/proof/checkov-skips.txt gives reasons for"
# What is replayed can be replayed again: no recovery, no versions.
"$checkov" --framework cloudformation --compact --quiet --skip-download --skip-check "$skips,CKV_AWS_28,CKV_AWS_21" \
  --file "$out/replay/cloudformation-template-update-stack.json"

PROOF=template vitest run
