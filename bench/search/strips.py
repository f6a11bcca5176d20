#!/usr/bin/env python3
"""Strips of several widths against whole layers of one width, at equal cells, before and after training: one row a compilation.

    bench/search/strips.py resnet20 [--units strip,layer] [--shares 0.5,0.7] [--seeds 0,1,2] [--epochs 10] [--shift 4] [--flip 1] [--rate 0.01] [--output FILE] [--cim PATH]

Prints a table, and writes it with --output. Needs ../shared/data for resnet20; $FASHION_MNIST, a folder with the IDX files, for fashion
(the network of samples/FashionMnist) and fashion-vgg (bench/networks). The share is that of the cells of uniform 8-bit weights to be
saved; with --epochs each network is then trained on --training-samples first images of the training files. Copies of slow layers fill
the arrays that uniform 8 bits take (for 8 bits as well). Accuracy is of fidelity exact on the test images, which choose nothing.
"""
import argparse
import gzip
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CIFAR = ROOT.parent / "shared/data/cifar10"
FASHION = pathlib.Path(os.environ.get("FASHION_MNIST", "."))
CIFAR_RECORD, CIFAR_OPTIONS = 3073, ["--scale", "1/255", "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]
NETWORKS = {
    "resnet20": (ROOT.parent / "shared/data/onnx/resnet20_cifar10.onnx", CIFAR / "test_batch_first932.bin", CIFAR_OPTIONS),
    "fashion": (ROOT / "samples/FashionMnist/models/fashion.onnx", FASHION / "t10k-images-idx3-ubyte.gz", ["--scale", "1/255"]),
    "fashion-vgg": (ROOT / "bench/networks/fashion-vgg.onnx", FASHION / "t10k-images-idx3-ubyte.gz", ["--scale", "1/255", "--mean", "0.286", "--std", "0.353"]),
}


def training_file(network, folder, samples):
    """The first images of the training data as one file."""
    if network == "resnet20":
        records = b"".join((CIFAR / name).read_bytes() for name in ("train_data_batch_1_first4000.bin", "train_batches_2to5_first932.bin"))
        path = folder / "train.bin"
        path.write_bytes(records[:samples * CIFAR_RECORD])
        return path
    for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
        data = gzip.decompress((FASHION / f"train-{kind}-ubyte.gz").read_bytes())
        count = min(samples, struct.unpack(">I", data[4:8])[0])
        (folder / f"train-{kind}-ubyte").write_bytes(data[:4] + struct.pack(">I", count) + data[8:header + (size * count)])
    return folder / "train-images-idx3-ubyte"


def run(cim, *arguments):
    done = subprocess.run([cim, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--cim", default=str(ROOT / "src/Cim.Cli/bin/Release/net10.0/cim"))
    parser.add_argument("--hardware", default="isaac")
    parser.add_argument("--units", default="strip,layer")
    parser.add_argument("--widths", default="", help="widths of units, for example 8,6,4,2; default: all useful ones and 0")
    parser.add_argument("--shares", default="0.5,0.7")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--samples", type=int, default=512, help="calibration samples")
    parser.add_argument("--epochs", default="0", help="lengths of training to compare, for example 0,10")
    parser.add_argument("--training-samples", type=int, default=10000)
    parser.add_argument("--shift", type=int, default=0, help="training images are shifted by up to so many pixels")
    parser.add_argument("--flip", type=int, default=0, help="1: half of the training images are mirrored")
    parser.add_argument("--rate", default="0.01", help="learning rate")
    parser.add_argument("--adc", type=int, default=0, help="test images at fidelity adc")
    parser.add_argument("--output", help="a file for the table")
    a = parser.parse_args()
    model, test, preprocessing = NETWORKS[a.network]
    lines = []

    def say(line):
        print(line, flush=True)
        lines.append(line)
        if a.output:
            pathlib.Path(a.output).write_text("\n".join(lines) + "\n")

    plain = run(a.cim, "cost", model, "--hardware", a.hardware)
    base = run(a.cim, "cost", model, "--hardware", a.hardware, "--copies-within", plain["arrays"])
    original = run(a.cim, "eval", model, "--data", test, *preprocessing)["accuracy"]
    say(f"{a.network} on {a.hardware}: float {100 * original:.2f} %, uniform 8 bits {base['cells']} cells, {base['arrays']} arrays, "
        f"{base['latencyNs'] / 1e6:.3f} ms, {base['energyPj'] / 1e6:.2f} uJ")
    say("")
    say("| unit | asked | epochs | seed | cells saved | energy saved | latency saved, copies in as many arrays | accuracy | loss | adc |")
    say("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        training = training_file(a.network, folder, a.training_samples)
        out = folder / "net.cim"
        for share in a.shares.split(","):
            for unit in a.units.split(","):
                for epochs in a.epochs.split(","):
                    for seed in a.seeds.split(","):
                        changed = [*(["--training-shift", a.shift] if a.shift else []), *(["--training-flip"] if a.flip else [])]
                        trained = ["--training", training, "--epochs", epochs, "--learning-rate", a.rate, *changed] if epochs != "0" else []
                        widths = ["--strip-widths", a.widths] if a.widths else []
                        c = run(a.cim, "compile", model, "-o", out, "--hardware", a.hardware, "--calibration", training, "--calibration-samples", a.samples, *preprocessing,
                                "--strips", share, "--strip-unit", unit, *widths, "--seed", seed, "--copies-within", base["arrays"], *trained)["cost"]
                        accuracy = run(a.cim, "eval", out, "--data", test, *preprocessing)["accuracy"]
                        adc = f"{100 * run(a.cim, 'eval', out, '--data', test, *preprocessing, '--fidelity', 'adc', '--limit', a.adc)['accuracy']:.2f} %" if a.adc else "-"
                        say(f"| {unit} | {share} | {epochs} | {seed} | {100 * (1 - c['cells'] / base['cells']):.1f} % | {100 * (1 - c['energyPj'] / base['energyPj']):.1f} % | "
                            f"{100 * (1 - c['latencyNs'] / base['latencyNs']):.1f} % | {100 * accuracy:.2f} % | {100 * (original - accuracy):.2f} | {adc} |")


if __name__ == "__main__":
    main()
