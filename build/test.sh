#!/usr/bin/env bash
# Builds everything and runs all tests. Arguments go to dotnet test, for example --filter Adc
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec dotnet test Cim.Sdk.sln -c Release --nologo "$@"
