"""ResNet-20 forward + backward in PyTorch on the CPU (fixed statistics): `pytorch_speed.py THREADS BATCH REPETITIONS` prints the
milliseconds of every batch. Started by `bench training speed --pytorch`."""
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


threads, batch, repetitions = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
model, images, labels = ResNet20().eval(), torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))
for repetition in range(repetitions + 2):
    start = time.perf_counter()
    model.zero_grad()
    F.cross_entropy(model(images), labels).backward()
    # The first two are for allocation and the choice of algorithms.
    if repetition > 1:
        print((time.perf_counter() - start) * 1000)
