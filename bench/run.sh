#!/usr/bin/env bash
# Compiles ResNet-20 for two kinds of cells, and the repository's own Fashion-MNIST network, and compares all fidelities with ONNX Runtime: bench/run.sh RESNET20.onnx TRAIN.bin
# Tables go to bench/results. Give it priority where others use the machine: sudo nice -n -15 bench/run.sh ...
set -euo pipefail
network=$(realpath "$1") data=$(realpath "$2")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cim() { dotnet run -c Release --project src/Cim.Cli -- "$@"; }
compare() { # NAME CELLS NETWORK DATA PREPROCESSING...
    local name=$1-$2 cells=$2 network=$3 data=$4
    shift 4
    cim compile "$network" --hardware "bench/hardware/$cells.cimhw.json" --calibration "$data" "$@" -o "$work/$name.cim" --export-qdq "$work/qdq.onnx"
    dotnet run -c Release --project bench/Cim.Benchmarks -- networks "$work/$name.cim" --float "$network" \
        --int8 "$work/qdq.onnx" --rounds 9 --milliseconds 300 --output "bench/results/$name"
}
for cells in pairs slices; do
    compare resnet20 "$cells" "$network" "$data" --scale 1/255 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
done
compare fashion-vgg pairs "$PWD/bench/networks/fashion-vgg.onnx" samples/FashionMnist/data/calibration.npz --scale 1/255 --mean 0.286 --std 0.353
