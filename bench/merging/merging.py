#!/usr/bin/env python3
"""Merged columns beside unmerged ones, pruned or not: a row a way, mean and standard deviation over seeds.

    FASHION_MNIST=/usr/share/datasets/fashion-mnist bench/merging/merging.py lenet|vgg [--cim PATH] [--weight-bits 4] [--epochs 0] [--seeds 1,2,3]

Cells saved are of those of the row 'none' (every strip with columns of its own, zeros too); accuracy is of fidelity exact on the
test images (the first --limit of them). Pruning, calibration and training see the first --train images. --epochs N trains each network N epochs after merging, with its ties. The seed draws the order
of training, the clusters' first columns and the classes of the Fisher information. A row of --rows is a name, the share to merge
(or -), the method, and 'pruned' for the network of prune-NETWORK.json made with that seed.
"""
import argparse
import gzip
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
FASHION = pathlib.Path(os.environ.get("FASHION_MNIST", "."))
NETWORKS = {
    "lenet": (ROOT / "samples/FashionMnist/models/fashion.onnx", ["--scale", "1/255"]),
    "vgg": (ROOT / "bench/networks/fashion-vgg.onnx", ["--scale", "1/255", "--mean", "0.286", "--std", "0.353"]),
}
ROWS = "none - auto,prune 0 auto pruned,group 0.45 group,spectral 0.45 spectral,all 0.45 auto pruned"


def run(cim, *arguments):
    done = subprocess.run([cim, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def first(name, count, folder):
    """The first images of an IDX file with their labels, as files of their own; the file itself for 0."""
    if count == 0:
        return FASHION / name
    for file, header, size in ((name, 16, 784), (name.replace("images-idx3", "labels-idx1"), 8, 1)):
        content = gzip.decompress((FASHION / file).read_bytes())
        (folder / file).write_bytes(gzip.compress(content[:4] + count.to_bytes(4, "big") + content[8:header + (count * size)], 1, mtime=0))
    return folder / name


def pruned(cim, network, seed, data, folder):
    """The pruned network of a seed; made once."""
    made = folder / f"pruned-{network}-{seed}.onnx"
    if not made.exists():
        recipe = json.loads("\n".join(line for line in (HERE / f"prune-{network}.json").read_text().splitlines() if not line.strip().startswith("//")))
        recipe["network"]["file"] = str(NETWORKS[network][0])
        recipe["training"]["seed"] = int(seed)
        recipe["output"] = str(made)
        (folder / "recipe.json").write_text(json.dumps(recipe))
        run(cim, "train", folder / "recipe.json", "--data", data)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--cim", default=str(ROOT / "src/Cim.Cli/bin/Release/net10.0/cim"))
    parser.add_argument("--hardware", default="nju-32")
    parser.add_argument("--weight-bits", default="4")
    parser.add_argument("--rows", default=ROWS)
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--epochs", type=int, default=0)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--train", type=int, default=0)
    a = parser.parse_args()
    model, preprocessing = NETWORKS[a.network]
    test = FASHION / "t10k-images-idx3-ubyte.gz"
    limit = ["--limit", a.limit] if a.limit else []
    original = 100 * run(a.cim, "eval", model, "--data", test, *preprocessing, *limit)["accuracy"]
    print(f"{a.network} on {a.hardware}, {a.weight_bits}-bit weights, {a.epochs} epochs, seeds {a.seeds}, the first {a.train or 60000} training images, {a.limit or 10000} test images: float {original:.2f} %\n")
    print("| way | cells | saved | arrays | saved | accuracy | loss |\n|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder, base = pathlib.Path(temporary), None
        train = first("train-images-idx3-ubyte.gz", a.train, folder)
        for row in a.rows.split(","):
            name, share, method, *rest = row.split()
            cells, arrays, accuracies = [], [], []
            for seed in a.seeds.split(","):
                out = folder / "net.cim"
                source = pruned(a.cim, a.network, seed, train.parent, folder) if rest else model
                merge = [] if share == "-" else ["--merge", share, "--merge-method", method]
                training = ["--training", train, "--epochs", a.epochs] if a.epochs else []
                cost = run(a.cim, "compile", source, "-o", out, "--hardware", a.hardware, "--weight-bits", a.weight_bits, "--calibration", train,
                           *preprocessing, *merge, *training, "--seed", seed)["cost"]
                cells.append(cost["cells"])
                arrays.append(cost["arrays"])
                accuracies.append(100 * run(a.cim, "eval", out, "--data", test, *preprocessing, *limit)["accuracy"])
                print(name, seed, cells[-1], arrays[-1], accuracies[-1], file=sys.stderr, flush=True)
            c, r, mean = statistics.mean(cells), statistics.mean(arrays), statistics.mean(accuracies)
            base = base or (c, r)
            spread = f" ± {statistics.stdev(accuracies):.2f}" if len(accuracies) > 1 else ""
            print(f"| {name}{'' if share in '-0' else ' ' + share} | {c:.0f} | {100 * (1 - c / base[0]):.1f} % | {r:.0f} | {100 * (1 - r / base[1]):.1f} % "
                  f"| {mean:.2f}{spread} % | {original - mean:.2f} |", flush=True)


if __name__ == "__main__":
    main()
