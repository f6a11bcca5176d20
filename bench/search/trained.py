#!/usr/bin/env python3
"""Searched policies after training, beside uniform w4a4 with 8-bit first and last layers trained alike.

    bench/search/trained.py lenet|vgg|resnet20 [--hardware cim-aq-4b] [--loss 0.5] [--searcher rl] [--seeds 1,2,3] [--epochs 3] [--objective latency]
                            [--copies 0] [--evaluations 24] [--samples 3072] [--short 4096] [--training 0] [--shift 0] [--flip 0] [--rate 0.01] [--adc 0] [--given W/A[/C]-W/A-...,...] [--cim PATH] [--out bench/search/results]

Every row is one compilation on training images and its accuracy on all test images, fidelity exact (on the first --adc of them also through the converters).
--given trains policies given as weight/activation bits of each layer, or weight/activation/conversion bits (8/4-8/3/6-..., several with commas
between), and searches nothing; their table is trained-...-given.md. --training N trains on N evenly spread images (0 = all). Where the float
network's recipe held training images apart, those calibrate and judge, because it knows the others by heart. Rows and measurements are kept in
artifacts/search, so a command that was killed goes on where it was; the table in --out is whole after every row. Needs ../shared/data for resnet20 and the Debian package dataset-fashion-mnist.
"""
import argparse
import gzip
import hashlib
import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ROOT / "artifacts/search"
SHARED = pathlib.Path(os.environ.get("CIM_SHARED_DATA", ROOT.parent / "shared/data"))
FASHION = pathlib.Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))


def every(count, wanted):
    return range(count) if wanted in (0, count) else [i * count // wanted for i in range(wanted)]


def fashion(wanted, apart):
    """Images the float network was trained on, or some of them, and those its recipe held apart: as IDX files."""
    held = set(every(60000, apart))
    seen = [i for i in range(60000) if i not in held]
    return fashion_file(f"fashion-{apart}-seen-{wanted or 'all'}", [seen[i] for i in every(len(seen), wanted)]), fashion_file(f"fashion-{apart}-unseen", sorted(held))


def fashion_file(name, chosen):
    folder, count = KEPT / name, len(chosen)
    folder.mkdir(parents=True, exist_ok=True)
    images, labels = (gzip.decompress((FASHION / f"train-{n}.gz").read_bytes()) for n in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    for kind, data in (("images-idx3-ubyte", struct.pack(">IIII", 2051, count, 28, 28) + b"".join(images[16 + i * 784:16 + (i + 1) * 784] for i in chosen)),
                       ("labels-idx1-ubyte", struct.pack(">II", 2049, count) + bytes(labels[8 + i] for i in chosen))):
        (folder / f"train-{kind}.gz").write_bytes(gzip.compress(data, 1, mtime=0))
    return folder / "train-images-idx3-ubyte.gz"


def cifar(wanted):
    """All 7,728 training images in one file, or some of them; none that the float network has not seen."""
    data = b"".join((SHARED / "cifar10" / n).read_bytes() for n in ("train_data_batch_1_first4000.bin", "train_batches_2to5_first932.bin"))
    KEPT.mkdir(parents=True, exist_ok=True)
    path = KEPT / f"cifar10-{wanted or 'all'}.bin"
    path.write_bytes(b"".join(data[i * 3073:(i + 1) * 3073] for i in every(len(data) // 3073, wanted)))
    return path, None


NETWORKS = {
    "lenet": (ROOT / "samples/FashionMnist/models/fashion.onnx", lambda wanted: fashion(wanted, 3000), FASHION / "t10k-images-idx3-ubyte.gz", ["--scale", "1/255"]),
    "vgg": (ROOT / "bench/networks/fashion-vgg.onnx", lambda wanted: fashion(wanted, 1200), FASHION / "t10k-images-idx3-ubyte.gz", ["--scale", "1/255", "--mean", "0.286", "--std", "0.353"]),
    "resnet20": (SHARED / "onnx/resnet20_cifar10.onnx", cifar, SHARED / "cifar10/test_batch_first932.bin",
                 ["--scale", "1/255", "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"]),
}


def run(cim, *arguments):
    done = subprocess.run([cim, *map(str, arguments), "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}\n{done.stdout[-2000:]}")
    return json.loads(done.stdout)


def remembered(name, facts, make):
    """A row from an earlier run of the same facts, else made and kept."""
    path = KEPT / f"{name}-{hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]}.json"
    if path.exists():
        return json.loads(path.read_text())
    row = make()
    KEPT.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".new").write_text(json.dumps(row))
    path.with_suffix(".new").rename(path)
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=NETWORKS)
    for name, default in (("hardware", "cim-aq-4b"), ("loss", "0.5"), ("searcher", "rl"), ("seeds", "1"), ("epochs", "3"), ("objective", "latency"), ("copies", "0"),
                          ("evaluations", "24"), ("samples", "3072"), ("short", "4096"), ("training", "0"), ("shift", "0"), ("flip", "0"), ("rate", "0.01"), ("adc", "0"), ("given", "")):
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--cim", default=str(ROOT / "src/Cim.Cli/bin/Release/net10.0/cim"))
    parser.add_argument("--out", default=str(ROOT / "bench/search/results"))
    a = parser.parse_args()
    model, images, test, preprocessing = NETWORKS[a.network]
    training, unseen = images(int(a.training))
    name = f"{a.network}-{a.hardware}-{a.objective}"
    facts = {k: v for k, v in vars(a).items() if k not in ("seeds", "given", "cim", "out")} | {"model": hashlib.sha256(model.read_bytes()).hexdigest()}
    base = run(a.cim, "cost", model, "--hardware", a.hardware, "--copies-within", a.copies)
    original = remembered(f"{a.network}-float", facts["model"], lambda: run(a.cim, "eval", model, "--data", test, *preprocessing))["accuracy"]
    data = [*preprocessing, "--hardware", a.hardware, "--calibration", unseen or training, "--training", training, *(["--validation", unseen] if unseen else []), "--epochs", a.epochs, "--learning-rate", a.rate, "--copies-within", a.copies,
            *(["--training-shift", a.shift] if int(a.shift) else []), *(["--training-flip"] if int(a.flip) else [])]

    def compiled(label, seed, *arguments):
        out = KEPT / f"{name}-{label}-{seed}.cim"
        KEPT.mkdir(parents=True, exist_ok=True)
        made = run(a.cim, "compile", model, "-o", out, *data, "--seed", seed, *arguments)
        row = {"cost": made["cost"], "policy": made["policy"], "search": made.get("search"), "seconds": made["seconds"],
               "accuracy": run(a.cim, "eval", out, "--data", test, *preprocessing)["accuracy"]}
        if int(a.adc):
            row["adc"] = run(a.cim, "eval", out, "--data", test, *preprocessing, "--fidelity", "adc", "--limit", a.adc)["accuracy"]
        return row

    layers = [l["name"] for l in base["layers"]]

    def given(label, bits, seed):
        path = KEPT / f"{name}-{label}.policy.json"
        KEPT.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([{"name": n, "weightBits": w, "activationBits": x, "adcBits": c[0] if c else 0} for n, (w, x, *c) in zip(layers, bits, strict=True)]))
        return compiled(label, seed, "--policy", path)

    def four(seed):
        return given("four", [(b, b) for b in (8 if n in (layers[0], layers[-1]) else 4 for n in layers)], seed)

    if a.given:
        rows = {"uniform w4a4, 8-bit ends, trained": []}
        for policy in a.given.split(","):
            label, bits = policy.replace("/", "."), [[int(b) for b in layer.split("/")] for layer in policy.split("-")]
            rows[policy] = []
            for seed in a.seeds.split(","):
                rows[policy].append(remembered(f"{name}-{label}-{seed}", facts, lambda: given(label, bits, seed)))
                write(a, name + "-given", rows, base, original)
        return

    rows = {"uniform w4a4, 8-bit ends, trained": [], f"{a.searcher}, {a.loss} points": []}
    for seed in a.seeds.split(","):
        found = remembered(f"{name}-{a.searcher}-{seed}", facts, lambda: compiled(
            a.searcher, seed, "--search", a.searcher, "--max-accuracy-loss", a.loss, "--objective", a.objective, "--search-evaluations", a.evaluations,
            "--search-samples", a.samples, "--search-training-samples", a.short, "--trial-log", KEPT / f"{name}-{a.loss}.trials.json"))
        rows[f"{a.searcher}, {a.loss} points"].append(found)
        write(a, name, rows, base, original)
        rows["uniform w4a4, 8-bit ends, trained"].append(remembered(f"{name}-four-{seed}", facts, lambda: four(seed)))
        write(a, name, rows, base, original)


def mean(values):
    values = list(values)
    return f"{statistics.mean(values):.2f}" + (f" ± {statistics.stdev(values):.2f}" if len(values) > 1 else "")


def write(a, name, rows, base, original):
    four = rows["uniform w4a4, 8-bit ends, trained"]
    asked = [f"--{k} {v}" for k, v in vars(a).items() if k not in ("network", "cim", "out")]
    lines = [f"`bench/search/trained.py {a.network} {' '.join(asked)}`", "",
             f"{a.network} on {a.hardware}, float {100 * original:.2f} %, uniform 8 bits {base['latencyNs'] / 1e6:.3f} ms, {base['energyPj'] / 1e6:.2f} uJ, {base['arrays']} arrays; "
             "losses in points of the test images after training, fidelity exact; mean ± s.d. over seeds.", "",
             "| policy | seeds | latency: over w8a8 | over w4a4, 8-bit ends | energy: over w8a8 | loss | loss by adc | s |", "|---|---|---|---|---|---|---|---|"]
    for label, runs in rows.items():
        if not runs:
            continue
        energy = mean(base["energyPj"] / r["cost"]["energyPj"] for r in runs) + "x" if base["energyPj"] else "-"
        over = mean(four[0]["cost"]["latencyNs"] / r["cost"]["latencyNs"] for r in runs) + "x" if four else "-"
        adc = mean(100 * (original - r["adc"]) for r in runs) if "adc" in runs[0] else "-"
        lines.append(f"| {label} | {len(runs)} | {mean(base['latencyNs'] / r['cost']['latencyNs'] for r in runs)}x | {over} | {energy} | "
                     f"{mean(100 * (original - r['accuracy']) for r in runs)} | {adc} | {mean(r['seconds'] for r in runs)} |")
    lines += ["", "Found:", ""]
    for label, runs in rows.items():
        for i, r in enumerate(runs):
            lines.append(f"- {label}, run {i + 1}: weights/activations/conversions " + " ".join(f"{l['weightBits']}/{l['activationBits']}/{l['adcBits']}" for l in r["policy"])
                         + (f"; {len(r['search']['training']['candidates'])} candidates trained" if r.get("search") else ""))
    path = pathlib.Path(a.out) / f"trained-{name}.md"
    path.with_suffix(".new").write_text("\n".join(lines) + "\n")
    path.with_suffix(".new").rename(path)
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
