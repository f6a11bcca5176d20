#!/usr/bin/env bash
# Does the output of build/demo.sh (in the file given) say what it should? Names what is missing and fails if not.
set -euo pipefail
log=$1

wrong=0
expect() {
    if ! "${@:2}"; then
        echo "check-demo.sh: $1"
        wrong=1
    fi
}
compiled() {
    [ "$(grep -cE '^ +[Ff]ashion[A-Za-z]* -> (accuracy|agreement) .* [0-9,]+ ns, [0-9,]+ pJ, [0-9]+ arrays, report: /' "$log")" = 3 ]
}
no_warnings() { ! grep -E 'warning [A-Z]+[0-9]+' "$log"; }
report() { grep -qx "The compiler's report: .*/report.html" "$log" && [ -s "$(sed -nE "s/^The compiler's report: //p" "$log")" ]; }

# Three accuracies a row; the searched network may lose the 1 percentage point its project allows.
accuracies() {
    awk -v row="accuracy, $1 " '
        /accuracy, float \(ONNX\)/ { float = $4 }
        index($0, row) { found = NF == 8 && $4 == "%" && $6 == "%" && $8 == "%" && $3 > 80 && $5 > 80 && $7 >= float - 1 }
        END { exit !(float > 80 && found) }' "$log"
}
cheaper() { awk -v row="$1," '$1 == row { gsub(",", ""); found = $5 < $3 && $5 > 0 } END { exit !found }' "$log"; }

expect "not all three models were compiled" compiled
expect "the build warned" no_warnings
expect "the accuracy at 'exact' is missing or too low" accuracies exact
expect "the accuracy at 'adc' is missing or too low" accuracies adc
expect "the searched network is not faster than 8 bits" cheaper latency
expect "the searched network does not take less energy than 8 bits" cheaper energy
expect "there is no report" report
exit $wrong
