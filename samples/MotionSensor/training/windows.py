"""Simulates the accelerometer windows of this sample. Needs NumPy and nothing else.

    apt-get install python3-numpy
    /usr/bin/python3 samples/MotionSensor/training/windows.py
    cim train samples/MotionSensor/training/motion.json

A window is 32 readings (1.28 s at 25 Hz) of three axes in g, -4..4. The sensor sits in any orientation, so gravity points
anywhere. Four activities: still, walking (about 2 Hz), running (about 3 Hz, harder) and tap (one short knock).

Output, x uint8 [n,3,32]: the byte an 8-bit sensor of +-4 g gives, g = x * 8 / 255 - 4; y int64 [n] (paths relative to this folder):
    train.npz                 40,000 windows, not committed
    ../data/calibration.npz   the first 256 of them
    ../data/test.npz          1,000 more windows
"""
import os

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
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


def main():
    random = np.random.default_rng(1)
    x, y = simulate(random, 40000)
    test_x, test_y = simulate(random, 1000)
    np.savez_compressed(os.path.join(HERE, "train.npz"), x=x, y=y)
    np.savez_compressed(os.path.join(HERE, "..", "data", "calibration.npz"), x=x[:256], y=y[:256])
    np.savez_compressed(os.path.join(HERE, "..", "data", "test.npz"), x=test_x, y=test_y)


if __name__ == "__main__":
    main()
