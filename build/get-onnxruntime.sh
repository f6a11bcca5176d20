#!/usr/bin/env bash
# Makes Microsoft.ML.OnnxRuntime 1.29.0 restorable (packs it from npm into build/feed when no package source has it).
# Restore does this by itself; the same on every system without bash: dotnet run --file build/onnxruntime/get-onnxruntime.cs
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export CIM_ONNXRUNTIME_SETUP=1
exec dotnet run --file "$here/onnxruntime/get-onnxruntime.cs"
