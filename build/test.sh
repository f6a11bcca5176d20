#!/usr/bin/env bash
# Builds everything, runs every test project, and ends with the sum: "N passed, M failed".
# Needs git and .NET SDK 10; on Debian it installs the ONNX conformance cases, Slurm, Chromium and tmux when it may.
# Arguments go to the test programs, for example -method '*Adc*' (their -? lists more).
# CIM_PASSED_BEFORE, CIM_FAILED_BEFORE: what .ci/run has counted already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false MSBUILDTERMINALLOGGER=off
passed=${CIM_PASSED_BEFORE:-0} failed=${CIM_FAILED_BEFORE:-0} skipped=0

# What some tests need, by Debian package: the conformance cases of the ONNX project; a cluster of one node; a browser for
# the reports; a terminal. Without a package its tests are skipped and say so.
packages=()
command -v tmux > /dev/null || packages+=(tmux)
[ -d /usr/share/libonnx-testdata ] || packages+=(libonnx-testdata)
[ -x /usr/sbin/slurmctld ] && [ -x /usr/sbin/slurmd ] && [ -x /usr/sbin/munged ] || packages+=(slurmctld slurmd slurm-client munge)
[ -x /usr/bin/chromium ] || packages+=(chromium)
if [ ${#packages[@]} -gt 0 ]; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if ! command -v apt-get > /dev/null; then
        echo "test.sh: no apt-get here, so tests that need these Debian packages are skipped: ${packages[*]}"
    elif ! { "${as_root[@]}" apt-get update -qq \
        && "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}"; } > /dev/null 2>&1; then
        echo "test.sh: could not be installed (root needed?), so tests that need them are skipped: ${packages[*]}"
    fi
fi

# A newer set of them, where it can be reached; else its test is skipped.
bash build/node-cases.sh || true

if ! dotnet build Cim.Sdk.sln -c Release -v quiet -consoleLoggerParameters:NoSummary; then
    echo "test.sh: Cim.Sdk.sln does not build"
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
fi

# Test projects are programs. They are started here and not by `dotnet test`, which reads their results from a pipe and has lost the last
# ones of a program that ended well after a test of a minute.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for project in tests/*.Tests; do
    name=$(basename "$project")
    start=$SECONDS
    code=0 total="" errors="" f="" s=""
    # libtorch needs a newer C++ library than some systems have that the rest runs on.
    runner=()
    [ "$name" != Cim.Training.Torch.Tests ] || runner=(bash build/newer-system.sh)
    "${runner[@]}" dotnet "$project/bin/Release/net10.0/$name.dll" -noLogo -noColor "$@" > "$log" 2>&1 < /dev/null || code=$?
    if [ "$code" = 77 ] && [ ${#runner[@]} -gt 0 ]; then
        printf '%-24s %s\n' "$name" "$(tail -n 1 "$log")"
        continue
    fi
    # "   Cim.Onnx.Tests  Total: 17, Errors: 0, Failed: 0, Skipped: 0, ..." is the program's own closing line; a total of 0 stands alone.
    counts='s/^ +[^ ]+ +Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+),.*/\1 \2 \3 \4/p'
    if read -r total errors f s < <(sed -nE "$counts" "$log") && [ -n "${s:-}" ]; then
        p=$((total - f - s)) f=$((f + errors))
        [ "$code" = 0 ] || [ "$f" != 0 ] || f=1
    elif [ "$code" = 0 ] && grep -qE "^ +$name +Total: 0$" "$log"; then
        f=0 p=0 s=0 # No test of this project matches the arguments.
    else
        f=1 p=0 s=0 # It crashed before it could count.
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-24s %5d passed %3d failed %3d skipped  %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - start))
    if [ "$f" != 0 ]; then cat "$log"; fi
done

[ "$skipped" = 0 ] || echo "$skipped skipped: what they need is not on this machine (each says what)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
