#!/usr/bin/env bash
# Random inputs, structured and damaged: build/fuzz.sh [KIND|all] [CASES], 100,000 cases unless told otherwise.
# Prints for each kind: cases; crashes, hangs, cases of more than 2 GB, wrong results. CIM_FUZZ_SEED chooses other cases (1).
set -euo pipefail
cd "$(dirname "$0")/.."

asked=${1:-all}
export CIM_FUZZ_CASES=${2:-100000}
export CIM_FUZZ_SEED=${CIM_FUZZ_SEED:-1}
CIM_FUZZ_REPORT=$(mktemp)
export CIM_FUZZ_REPORT
log=$(mktemp)
trap 'rm -f "$CIM_FUZZ_REPORT" "$log"' EXIT

# kind, test project, what its tests are called
kinds="
onnx Cim.Compiler.Tests OnnxFuzzTests
data Cim.Compiler.Tests DataFuzzTests
policy Cim.Compiler.Tests PolicyFuzzTests
recipe Cim.Compiler.Tests RecipeFuzzTests
checkpoint Cim.Compiler.Tests CheckpointFuzzTests
trials Cim.Compiler.Tests TrialLogFuzzTests
network Cim.Compiler.Tests RandomCompilationTests
arguments Cim.Cli.Tests ArgumentFuzzTests
cim Cim.Runtime.Tests CimFuzzTests
profile Cim.Runtime.Tests ProfileFuzzTests
mvm Cim.Cli.Tests MatrixCaseFuzzTests
simd Cim.Runtime.Tests SimdFuzzTests
"
if [ "$asked" != all ] && ! grep -q "^$asked " <<< "$kinds"; then
    echo "fuzz.sh: there is no kind '$asked'; known are: $(awk 'NF { printf "%s ", $1 }' <<< "$kinds")" >&2
    exit 2
fi

failed=0
printf '%-12s %9s %8s %6s %6s %6s\n' kind cases crashes hangs '>2GB' wrong
while read -r kind project tests; do
    if [ -z "$kind" ] || { [ "$asked" != all ] && [ "$asked" != "$kind" ]; }; then continue; fi
    : > "$CIM_FUZZ_REPORT"
    status=passed
    dotnet test "tests/$project" -c Release --nologo -v q --filter "FullyQualifiedName~.$tests." > "$log" 2>&1 || status=failed
    if grep -q "No test matches" "$log"; then
        printf '%-12s no tests of this kind\n' "$kind"
    elif [ -s "$CIM_FUZZ_REPORT" ]; then
        while read -r line; do
            # shellcheck disable=SC2086
            printf '%-12s %9s %8s %6s %6s %6s\n' $line
        done < "$CIM_FUZZ_REPORT"
    elif [ "$status" = passed ]; then
        printf '%-12s %9s %8s %6s %6s %6s\n' "$kind" "$CIM_FUZZ_CASES" 0 0 0 0
    fi

    if [ "$status" = failed ]; then
        failed=1
        sed 's/^/    /' "$log" | grep -v '^ *at ' | tail -n 60
    fi
done <<< "$kinds"
exit $failed
