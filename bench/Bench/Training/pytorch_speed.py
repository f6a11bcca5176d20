"""Forward + backward in PyTorch on the CPU (fixed statistics): `pytorch_speed.py NETWORK THREADS BATCH REPETITIONS` prints the
milliseconds of every batch; networks: resnet20, vgg, vit. Started by `bench training speed --pytorch`."""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Two convolutions and a shortcut, which is subsampled and padded where the size changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.stride, self.padding = stride, (outputs - inputs) // 2

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        shortcut = x if self.stride == 1 else F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))
        return F.relu(y + shortcut)


class ResNet20(nn.Module):
    """Three groups of three blocks."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        blocks, inputs = [], 16
        for outputs, stride in ((16, 1), (32, 2), (64, 2)):
            for block in range(3):
                blocks.append(Block(inputs, outputs, stride if block == 0 else 1))
                inputs = outputs
        self.blocks, self.linear = nn.Sequential(*blocks), nn.Linear(64, 10)

    def forward(self, x):
        return self.linear(self.blocks(F.relu(self.norm(self.conv(x)))).mean((2, 3)))


def vgg():
    """The layers of bench/networks/fashion-vgg.json."""
    layers, inputs = [], 1
    for width in (32, 64, 128):
        for _ in range(2):
            layers += [nn.Conv2d(inputs, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 9, 128), nn.ReLU(), nn.Linear(128, 10))


class Attention(nn.Module):
    """A transformer block of width 96 with three heads."""

    def __init__(self, width=96, heads=3, hidden=192):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Linear(hidden, width))

    def forward(self, x):
        n, tokens, width = x.shape
        parts = (part.reshape(n, tokens, self.heads, -1).transpose(1, 2) for part in self.qkv(self.norm1(x)).split(width, -1))
        q, k, v = parts
        scores = q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5
        x = x + self.out((scores.softmax(-1) @ v).transpose(1, 2).reshape(n, tokens, width))
        return x + self.mlp(self.norm2(x))


class Mean(nn.Module):
    """The mean over tokens."""

    def forward(self, x):
        return x.mean(1)


def vit():
    """Four blocks over 64 patches of 48 numbers."""
    return nn.Sequential(nn.Linear(48, 96), *(Attention() for _ in range(4)), nn.LayerNorm(96), Mean(), nn.Linear(96, 10))


NETWORKS = {"resnet20": (ResNet20, (3, 32, 32)), "vgg": (vgg, (1, 28, 28)), "vit": (vit, (64, 48))}
make, shape = NETWORKS[sys.argv[1]]
threads, batch, repetitions = map(int, sys.argv[2:])
torch.set_num_threads(threads)
torch.manual_seed(1)
model, images, labels = make().eval(), torch.randn(batch, *shape), torch.randint(0, 10, (batch,))
for repetition in range(repetitions + 2):
    start = time.perf_counter()
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    # The first two are for allocation and the choice of algorithms.
    if repetition > 1:
        print((time.perf_counter() - start) * 1000)
