#!/usr/bin/env bash
# The search sink against a real OpenSearch engine of Maven Central, as a node in one JVM: the contract of destinations, and our stand-in's
# answers beside the engine's. Needs Java 17 and Maven 3.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
version=${OPENSEARCH_VERSION:-2.19.1}
jars="${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/opensearch-$version"
for tool in java mvn; do command -v $tool >/dev/null || { echo "proof:opensearch needs $tool on the PATH: Java 17 or newer, Maven 3" >&2; exit 1; }; done
if [ ! -e "$jars.done" ]; then
  mkdir -p "$jars"
  mvn -q -B "-Dopensearch.version=$version" -f local/proof/opensearch/pom.xml \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies "-DoutputDirectory=$jars" -DincludeScope=runtime
  touch "$jars.done"
fi

dir=$(mktemp -d)
mkdir -p "$dir/config"
free() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
port=$(free)
java -Xmx512m -XX:TieredStopAtLevel=1 -cp "$jars/*" local/proof/opensearch/Engine.java "$dir" "$port" "$(free)" >"$dir/log" 2>&1 &
pid=$!
trap 'kill $pid 2>/dev/null || true; wait $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
export OPENSEARCH_URL="http://127.0.0.1:$port"
for _ in $(seq 300); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  kill -0 $pid 2>/dev/null || { tail -20 "$dir/log" >&2; exit 1; }
  sleep 0.2
done
echo "OpenSearch $version at $OPENSEARCH_URL"
PROOF=opensearch vitest run || { tail -20 "$dir/log" >&2; exit 1; }
