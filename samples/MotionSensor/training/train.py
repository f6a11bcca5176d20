"""Trains the tiny network of this sample on simulated accelerometer windows and writes what the sample commits.

    apt-get install python3-torch python3-numpy
    /usr/bin/python3 samples/MotionSensor/training/train.py

A window is 32 readings (1.28 s at 25 Hz) of three axes in g, -4..4. The sensor sits in any orientation, so gravity points
anywhere. Four activities: still, walking (about 2 Hz), running (about 3 Hz, harder) and tap (one short knock).

Output (paths relative to samples/MotionSensor):
    models/motion.onnx     opset 13, input `window` [N,3,32] in g, output `activities` [N,4]
    data/calibration.npz   256 windows, x uint8 [256,3,32]: the byte an 8-bit sensor of +-4 g gives, g = x * 8 / 255 - 4; y int64
    data/test.npz          1,000 more windows
"""
import argparse
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SAMPLE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READINGS, RATE = 32, 25.0


def simulate(random, count):
    """`count` windows as sensor bytes [count,3,32], and their activities (0 still, 1 walking, 2 running, 3 tap)."""
    y = random.integers(0, 4, count)
    gravity = random.normal(size=(count, 3))
    gravity /= np.linalg.norm(gravity, axis=1, keepdims=True)
    side = np.cross(gravity, random.normal(size=(count, 3)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)

    t = np.arange(READINGS) / RATE
    step = np.where(y == 2, random.uniform(2.4, 3.6, count), random.uniform(1.4, 2.4, count))
    force = np.select([y == 1, y == 2], [random.uniform(0.15, 0.45, count), random.uniform(0.6, 1.4, count)], 0.0)
    phase = random.uniform(0, 2 * np.pi, count)
    angle = 2 * np.pi * step[:, None] * t + phase[:, None]
    bounce = force[:, None] * (np.sin(angle) + 0.4 * np.sin(2 * angle + 1))
    sway = 0.5 * force[:, None] * np.sin(angle / 2)

    knock = np.where(y == 3, random.uniform(0.8, 2.5, count), 0.0)
    when = random.uniform(0.15, 1.0, count)
    since = t[None] - when[:, None]
    ring = knock[:, None] * np.where(since >= 0, np.exp(-since / 0.06) * np.cos(2 * np.pi * 8 * since), 0.0)

    along = 1 + bounce + ring
    x = gravity[:, :, None] * along[:, None] + side[:, :, None] * sway[:, None]
    x += random.normal(scale=0.05, size=x.shape)
    return np.clip(np.rint((x + 4) * 255 / 8), 0, 255).astype(np.uint8), y.astype(np.int64)


def to_g(x):
    return torch.from_numpy(x).float() * 8 / 255 - 4


class Motion(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden1 = nn.Linear(3 * READINGS, 64)
        self.hidden2 = nn.Linear(64, 32)
        self.activities = nn.Linear(32, 4)

    def forward(self, window):
        x = F.relu(self.hidden1(torch.flatten(window, 1)))
        return self.activities(F.relu(self.hidden2(x)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--windows", type=int, default=40000)
    arguments.add_argument("--epochs", type=int, default=20)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)

    x, y = simulate(random, options.windows)
    test_x, test_y = simulate(random, 1000)
    np.savez_compressed(os.path.join(SAMPLE, "data", "calibration.npz"), x=x[:256], y=y[:256])
    np.savez_compressed(os.path.join(SAMPLE, "data", "test.npz"), x=test_x, y=test_y)

    model, batch = Motion(), 128
    steps = len(x) // batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, options.epochs * steps)
    inputs, labels = to_g(x), torch.from_numpy(y)
    for epoch in range(options.epochs):
        order = torch.randperm(len(x))
        for step in range(steps):
            pick = order[step * batch:(step + 1) * batch]
            loss = F.cross_entropy(model(inputs[pick]), labels[pick])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1:2}/{options.epochs}  loss {loss.item():.4f}", flush=True)

    model.eval()
    path = os.path.join(SAMPLE, "models", "motion.onnx")
    torch.onnx.export(model, torch.zeros(1, 3, READINGS), path, opset_version=13,
                      input_names=["window"], output_names=["activities"],
                      dynamic_axes={"window": {0: "N"}, "activities": {0: "N"}})
    right = (model(to_g(test_x)).argmax(1) == torch.from_numpy(test_y)).sum().item()
    print(f"{os.path.getsize(path):,} bytes; float accuracy {right / len(test_x):.2%} of 1,000 test windows")


if __name__ == "__main__":
    main()
