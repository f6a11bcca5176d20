#!/usr/bin/env python3
"""Strips of several widths against whole layers of one width, at equal cells: one row a compilation.

    bench/search/strips.py resnet20 [--cim PATH] [--units strip,layer] [--shares 0.5,0.7] [--seeds 0,1,2] [--adc 0]

Prints a table; needs ../shared/data for resnet20, bench/networks/fashion-vgg.onnx and $FASHION_MNIST (a folder with the IDX files)
for fashion-vgg. The share is that of the cells of uniform 8-bit weights to be saved; accuracy is of fidelity exact on the test
images, of 'adc' on the first --adc of them.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CIFAR = ROOT.parent / "shared/data/cifar10"
FASHION = pathlib.Path(os.environ.get("FASHION_MNIST", "."))
NETWORKS = {
    "resnet20": (ROOT.parent / "shared/data/onnx/resnet20_cifar10.onnx", CIFAR / "train_data_batch_1_first4000.bin", CIFAR / "test_batch_first932.bin",
                 ["--scale", "1/255", "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]),
    "fashion-vgg": (ROOT / "bench/networks/fashion-vgg.onnx", FASHION / "train-images-idx3-ubyte.gz", FASHION / "t10k-images-idx3-ubyte.gz", ["--scale", "1/255"]),
}


def run(cim, *arguments):
    done = subprocess.run([cim, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--cim", default=str(ROOT / "src/Cim.Cli/bin/Release/net10.0/cim"))
    parser.add_argument("--hardware", default="isaac")
    parser.add_argument("--units", default="strip,layer")
    parser.add_argument("--shares", default="0.5,0.7")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--samples", type=int, default=512)
    parser.add_argument("--adc", type=int, default=0)
    a = parser.parse_args()
    model, calibration, test, preprocessing = NETWORKS[a.network]
    base = run(a.cim, "cost", model, "--hardware", a.hardware)
    original = run(a.cim, "eval", model, "--data", test, *preprocessing)["accuracy"]
    print(f"{a.network} on {a.hardware}: float {100 * original:.2f} %, uniform 8 bits {base['cells']} cells, {base['arrays']} arrays, "
          f"{base['latencyNs'] / 1e6:.3f} ms, {base['energyPj'] / 1e6:.2f} uJ")
    print("| unit | asked | seed | cells saved | arrays | latency ms | energy saved | accuracy | loss | adc |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for share in a.shares.split(","):
        for unit in a.units.split(","):
            for seed in a.seeds.split(","):
                with tempfile.TemporaryDirectory() as folder:
                    out = pathlib.Path(folder) / "net.cim"
                    c = run(a.cim, "compile", model, "-o", out, "--hardware", a.hardware, "--calibration", calibration, "--calibration-samples", a.samples,
                            *preprocessing, "--strips", share, "--strip-unit", unit, "--seed", seed)["cost"]
                    accuracy = run(a.cim, "eval", out, "--data", test, *preprocessing)["accuracy"]
                    adc = f"{100 * run(a.cim, 'eval', out, '--data', test, *preprocessing, '--fidelity', 'adc', '--limit', a.adc)['accuracy']:.2f} %" if a.adc else "-"
                print(f"| {unit} | {share} | {seed} | {100 * (1 - c['cells'] / base['cells']):.1f} % | {c['arrays']} | {c['latencyNs'] / 1e6:.3f} | "
                      f"{100 * (1 - c['energyPj'] / base['energyPj']):.1f} % | {100 * accuracy:.2f} % | {100 * (original - accuracy):.2f} | {adc} |", flush=True)


if __name__ == "__main__":
    main()
