"""Takes the images this sample commits out of Fashion-MNIST. Needs NumPy and nothing else.

    apt-get install python3-numpy dataset-fashion-mnist
    /usr/bin/python3 samples/FashionMnist/training/images.py [folder of the four IDX .gz files]

Output (paths relative to samples/FashionMnist), x uint8 [n,1,28,28], y int64 [n]:
    data/calibration.npz   1,536 training images drawn at random (seed 1)
    data/test.npz          the first 2,000 test images
"""
import gzip
import os
import sys

import numpy as np

SAMPLE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


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


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/datasets/fashion-mnist"
    train_x, train_y = load(folder, "train")
    test_x, test_y = load(folder, "t10k")
    pick = np.sort(np.random.default_rng(1).choice(len(train_x), 1536, replace=False))
    np.savez_compressed(os.path.join(SAMPLE, "data", "calibration.npz"), x=train_x[pick], y=train_y[pick])
    np.savez_compressed(os.path.join(SAMPLE, "data", "test.npz"), x=test_x[:2000], y=test_y[:2000])


if __name__ == "__main__":
    main()
