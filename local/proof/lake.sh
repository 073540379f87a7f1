#!/usr/bin/env bash
# The lake read by DuckDB, pyarrow, Spark and Flink, before and after a compaction, all under faults: the sums of the input, each event once.
#   lake.sh [duckdb] [pyarrow] [spark]    SEED=7
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
engines=("$@"); [ ${#engines[@]} -gt 0 ] || engines=(duckdb pyarrow)

cache="${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/lake-readers"
need=(duckdb pyarrow)
case " ${engines[*]} " in *" spark "*) need+=(pyspark);; esac
[ -x "$cache/bin/python" ] || python3 -m venv "$cache"
"$cache/bin/python" -c "import $(IFS=,; echo "${need[*]}")" 2>/dev/null || "$cache/bin/pip" install -q "${need[@]}"

dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
node local/proof/lake/play-lake.ts "$dir" --seed "${SEED:-7}"
for engine in "${engines[@]}"; do "$cache/bin/python" local/proof/lake/read.py "$dir" "$engine"; done
