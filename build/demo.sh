#!/usr/bin/env bash
# The whole way: packs Cim.Sdk, restores it into samples/FashionMnist by PackageReference, builds and runs the sample.
# Arguments go to the sample, for example --all (all 10,000 test images). Needs .NET SDK 10 and nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# On a new machine the first command would else greet, and make a certificate for web servers.
export DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

step() {
    echo "== $1"
    shift
    local start=$SECONDS
    "$@"
    echo "   $((SECONDS - start)) s"
    echo
}

# Analyzers judge the code of this repository, which is the business of build/test.sh.
quiet=(-v quiet --nologo -consoleLoggerParameters:NoSummary)
step "packing Cim.Sdk into artifacts/packages" dotnet pack src/Cim.Sdk -c Release -p:RunAnalyzers=false "${quiet[@]}"
# The version stays the same while the packages change: what was unpacked and compiled before must not be taken again.
rm -rf artifacts/samples-packages/cim.* samples/FashionMnist/bin samples/FashionMnist/obj
step "building samples/FashionMnist, which compiles models/fashion.onnx for crossbars" \
    dotnet build samples/FashionMnist -c Release -v minimal --nologo
step "running it" dotnet run --project samples/FashionMnist -c Release --no-build -- "$@"
echo "The compiler's report: samples/FashionMnist/obj/Release/net10.0/cim/fashion.report/report.html"
echo "$SECONDS s in all"
