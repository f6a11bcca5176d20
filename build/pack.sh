#!/usr/bin/env bash
# Packs Cim.Sdk, the Cim.Runtime it depends on, the tool Cim.Tool, the templates Cim.Templates and the training engine Cim.Sdk.Torch
# into artifacts/packages.
# Arguments go to dotnet pack, for example -p:PackageVersion=0.1.1-local
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet pack src/Cim.Sdk -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary "$@"
dotnet pack src/Cim.Cli -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary "$@"
dotnet pack src/Cim.Templates -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary "$@"
dotnet pack src/Cim.Training.Torch -c Release -v quiet --nologo -consoleLoggerParameters:NoSummary "$@"
ls -l artifacts/packages/*.nupkg
