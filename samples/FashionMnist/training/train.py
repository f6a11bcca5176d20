"""Trains the network of this sample on Fashion-MNIST and writes what the sample commits.

    apt-get install python3-torch python3-numpy libopenblas0-pthread dataset-fashion-mnist
    /usr/bin/python3 samples/FashionMnist/training/train.py

Output (paths relative to samples/FashionMnist):
    models/fashion.onnx    opset 13, input `image` [N,1,28,28] in 0..1 (pixel / 255), output `scores` [N,10]
    data/calibration.npz   512 training images, x uint8 [512,1,28,28], y int64 [512]
    data/test.npz          the first 2,000 test images, same layout

The schedule is fixed: neither the number of epochs nor the weights kept depend on the test images,
which are used once, at the end, to print the accuracy. The same seed, thread count and torch version
give the same weights.
"""
import argparse
import gzip
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SAMPLE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CALIBRATION_IMAGES, TEST_IMAGES = 512, 2000


class FashionNet(nn.Module):
    """LeNet-5's layers (conv 5x5, pool, conv 5x5, pool, 120, 84, 10) with wider convolutions and batch norm."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 5, padding=2, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 5, bias=False)
        self.norm2 = nn.BatchNorm2d(32)
        self.fc1 = nn.Linear(32 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.scores = nn.Linear(84, 10)
        self.drop = nn.Dropout(0.3)

    def forward(self, image):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(image))), 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 2)
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(self.drop(x)))
        x = F.relu(self.fc2(x))
        return self.scores(x)


def read_idx(path):
    """Reads a gzip-compressed IDX file of unsigned bytes (images or labels)."""
    with gzip.open(path, "rb") as f:
        data = f.read()
    dims = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dims)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dims).reshape(shape).copy()


def load(folder, part):
    images = read_idx(os.path.join(folder, part + "-images-idx3-ubyte.gz"))[:, None]
    labels = read_idx(os.path.join(folder, part + "-labels-idx1-ubyte.gz")).astype(np.int64)
    return images, labels


def augment(x):
    """Mirrors half of the images and shifts each batch by up to two pixels."""
    mirrored = torch.rand(len(x)) < 0.5
    x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    dy, dx = torch.randint(0, 5, (2,)).tolist()
    return F.pad(x, (2, 2, 2, 2))[:, :, dy:dy + 28, dx:dx + 28]


@torch.no_grad()
def accuracy(model, x, y):
    model.eval()
    return sum((model(x[i:i + 1000]).argmax(1) == y[i:i + 1000]).sum().item() for i in range(0, len(x), 1000)) / len(x)


def train(model, x, y, epochs, batch):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    steps = len(x) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, epochs * steps, pct_start=0.2)
    for epoch in range(epochs):
        model.train()
        start, total = time.time(), 0.0
        order = torch.randperm(len(x))
        for step in range(steps):
            pick = order[step * batch:(step + 1) * batch]
            loss = F.cross_entropy(model(augment(x[pick])), y[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2}/{epochs}  loss {total / steps:.4f}  {time.time() - start:.0f} s", flush=True)


def export(model, path):
    # PRESERVE and no constant folding keep the BatchNormalization nodes: folding them is the compiler's work.
    model.eval()
    torch.onnx.export(model, torch.zeros(1, 1, 28, 28), path, opset_version=13,
                      training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
                      input_names=["image"], output_names=["scores"],
                      dynamic_axes={"image": {0: "N"}, "scores": {0: "N"}})


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", default="/usr/share/datasets/fashion-mnist", help="folder of the four IDX .gz files")
    arguments.add_argument("--epochs", type=int, default=15)
    arguments.add_argument("--batch", type=int, default=128)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=2)
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    train_x, train_y = load(options.data, "train")
    test_x, test_y = load(options.data, "t10k")
    for name in ("models", "data"):
        os.makedirs(os.path.join(SAMPLE, name), exist_ok=True)
    pick = np.sort(np.random.default_rng(options.seed).choice(len(train_x), CALIBRATION_IMAGES, replace=False))
    np.savez_compressed(os.path.join(SAMPLE, "data", "calibration.npz"), x=train_x[pick], y=train_y[pick])
    np.savez_compressed(os.path.join(SAMPLE, "data", "test.npz"), x=test_x[:TEST_IMAGES], y=test_y[:TEST_IMAGES])

    model = FashionNet()
    train(model, torch.from_numpy(train_x).float() / 255, torch.from_numpy(train_y), options.epochs, options.batch)
    path = os.path.join(SAMPLE, "models", "fashion.onnx")
    export(model, path)
    x, y = torch.from_numpy(test_x).float() / 255, torch.from_numpy(test_y)
    print(f"{os.path.getsize(path):,} bytes; float accuracy {accuracy(model, x, y):.2%} of 10,000 test images, "
          f"{accuracy(model, x[:TEST_IMAGES], y[:TEST_IMAGES]):.2%} of the first {TEST_IMAGES:,}")


if __name__ == "__main__":
    main()
