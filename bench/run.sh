#!/usr/bin/env bash
# Compiles ResNet-20 for two kinds of cells and compares all fidelities with ONNX Runtime: bench/run.sh RESNET20.onnx TRAIN.bin
# Tables go to bench/results. Give it priority where others use the machine: sudo nice -n -15 bench/run.sh ...
set -euo pipefail
network=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cim() { dotnet run -c Release --project src/Cim.Cli -- "$@"; }
for cells in pairs slices; do
    cim compile "$network" --hardware "bench/hardware/$cells.cimhw.json" --calibration "$data" --scale 1/255 \
        --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 -o "$work/resnet20-$cells.cim" --export-qdq "$work/qdq.onnx"
    dotnet run -c Release --project bench/Cim.Benchmarks -- networks "$work/resnet20-$cells.cim" --float "$network" \
        --int8 "$work/qdq.onnx" --rounds 9 --milliseconds 300 --output "bench/results/resnet20-$cells"
done
