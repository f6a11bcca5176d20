#!/usr/bin/env bash
# After a change of what Cim.Sdk emits: pins the samples' results anew, with the precisions their lock files hold. Run it where
# artifacts/packages is up to date (build/demo.sh packs), then commit the lock files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for lock in samples/*/models/*.cim.lock.json; do
    # 'result' is the last key; without it a build emits anew and completes the file.
    perl -0pi -e 's/,\n  "result": \{.*\n  \}\n\}\n$/\n}\n/s' "$lock"
done
for sample in samples/FashionMnist samples/MotionSensor samples/Streaming; do
    rm -rf "$sample/obj" "$sample/bin"
    CI=false ContinuousIntegrationBuild=false dotnet build "$sample" -c Release -v minimal --nologo -p:CimCacheDir=none
done
git status --short samples
