#!/usr/bin/env bash
# Builds two solutions over and over, on 1, 2, 4 and 8 nodes, with an empty and with a filled cache, and prints a table: a library
# and an app for two frameworks with tests, and six projects with one model. The argument is the number of runs of each setting; with 5,
# the default, each solution is built 20 times cold and 20 times warm. A build that has not ended after five minutes counts as hung.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
export CIM_PARALLEL_RUNS=${1:-5} CIM_PARALLEL_TABLE
CIM_PARALLEL_TABLE=$(mktemp)
log=$(mktemp)
trap 'rm -f "$log" "$CIM_PARALLEL_TABLE"' EXIT

dotnet build tests/Cim.Package.Tests -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary
code=0
dotnet test tests/Cim.Package.Tests -c Release --no-build --filter FullyQualifiedName~ParallelBuildTests > "$log" 2>&1 || code=$?
cat "$CIM_PARALLEL_TABLE"
[ "$code" = 0 ] || cat "$log"
exit "$code"
