#!/usr/bin/env bash
# Puts models that threads share under stress: build/stress-threads.sh [MINUTES], 10 unless said otherwise.
# Ends with the number of runs and of faults; the exit code is 0 if there was no fault.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off
dotnet build tests/Cim.Runtime.Tests -c Release -v quiet -consoleLoggerParameters:NoSummary
exec dotnet run -c Release --no-build --project tests/Cim.Runtime.Tests -- --stress "${1:-10}"
