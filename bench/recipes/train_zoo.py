#!/usr/bin/python3
"""Trains the networks of `bench zoo` that no other file of the repository holds, and writes them as ONNX files.

    PATH=/usr/bin:$PATH python3 bench/recipes/train_zoo.py [NAME ...] [--out bench/networks/zoo]

Debian packages: python3-torch python3-onnx python3-sklearn dataset-fashion-mnist (FASHION_MNIST names another folder),
wamerican wngerman wfrench witalian wspanish. One thread and fixed seeds: the same machine writes the same file.

Who sees which samples: networks on Fashion-MNIST train on images 0..47,999 of the training file only. The bench calibrates and checks
on 48,000..59,999, and measures loss on the test file. Digits: of every ten samples, 0..4 train. Words: `bucket` below 6 of 10 trains.
"""
import argparse, gzip, os, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F

FASHION = os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist")
WORDS = os.environ.get("CIM_WORDS", "/usr/share/dict")
LANGUAGES = ["american-english", "ngerman", "french", "italian", "spanish"]
LENGTH = 12


def fashion(part, first, count):
    with gzip.open(f"{FASHION}/{part}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(f"{FASHION}/{part}-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    chosen = slice(first, first + count)
    return torch.tensor(images[chosen] / 255, dtype=torch.float32), torch.tensor(labels[chosen].astype(np.int64))


def digits(is_training):
    from sklearn.datasets import load_digits
    data = load_digits()
    chosen = np.arange(len(data.target)) % 10 < 5
    chosen = chosen if is_training else ~chosen
    return torch.tensor(data.images[chosen] / 16, dtype=torch.float32), torch.tensor(data.target[chosen].astype(np.int64))


def bucket(word):
    """One of ten by a checksum that any language computes alike."""
    code = 7
    for letter in word:
        code = (code * 31 + ord(letter)) % 1000003
    return code % 10


def words(is_training):
    """Words of 4 to 12 small Latin letters that one language alone has, padded with zeros; the class is the language."""
    lists = [{w for w in open(f"{WORDS}/{name}", encoding="latin-1").read().split()
              if 4 <= len(w) <= LENGTH and all("a" <= c <= "z" for c in w)} for name in LANGUAGES]
    ids, labels = [], []
    for k, own in enumerate(lists):
        others = set().union(*(other for other in lists if other is not own))
        chosen = [w for w in sorted(own - others) if (bucket(w) < 6) == is_training]
        chosen = chosen[::max(1, len(chosen) // (3000 if is_training else 400))]
        ids += [[ord(c) - 96 for c in w] + [0] * (LENGTH - len(w)) for w in chosen]
        labels += [k] * len(chosen)
    return torch.tensor(ids), torch.tensor(labels)


def conv(i, o, k=3, s=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(i, o, k, s, k // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Squeeze(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.a, self.b = nn.Conv2d(channels, channels // 4, 1), nn.Conv2d(channels // 4, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.b(F.relu(self.a(F.adaptive_avg_pool2d(x, 1)))))


class SqueezeBlock(nn.Module):
    def __init__(self, i, o, s):
        super().__init__()
        self.body = nn.Sequential(conv(i, o, 3, s), conv(o, o, act=None), Squeeze(o))
        self.short = nn.Identity() if i == o and s == 1 else conv(i, o, 1, s, act=None)

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x))


def squeeze():
    return nn.Sequential(conv(1, 16, 3, 2), SqueezeBlock(16, 16, 1), SqueezeBlock(16, 32, 2), SqueezeBlock(32, 48, 2),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10))


class DenseBlock(nn.Module):
    def __init__(self, i, growth, count):
        super().__init__()
        self.layers = nn.ModuleList(conv(i + n * growth, growth) for n in range(count))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return x


def dense():
    return nn.Sequential(conv(1, 16, 3, 2), DenseBlock(16, 12, 4), conv(64, 32, 1), nn.AvgPool2d(2), DenseBlock(32, 12, 4),
                         conv(80, 48, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(48, 10))


class Inverted(nn.Module):
    def __init__(self, i, o, s, expand=4):
        super().__init__()
        m = i * expand
        self.body = nn.Sequential(conv(i, m, 1, act=nn.ReLU6), conv(m, m, 3, s, m, nn.ReLU6), conv(m, o, 1, act=None))
        self.adds = i == o and s == 1

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def inverted():
    return nn.Sequential(conv(1, 12, 3, 2, act=nn.ReLU6), Inverted(12, 16, 1), Inverted(16, 16, 1), Inverted(16, 24, 2),
                         Inverted(24, 24, 1), Inverted(24, 40, 2), conv(40, 96, 1, act=nn.ReLU6), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(96, 10))


def autoencoder():
    """Takes noise from an image; the answer is an image, so there are no classes."""
    return nn.Sequential(conv(1, 16, 3, 2), conv(16, 32, 3, 2), conv(32, 32), nn.ConvTranspose2d(32, 16, 2, 2), nn.ReLU(),
                         nn.ConvTranspose2d(16, 8, 2, 2), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid())


class Rows(nn.Module):
    """An image as 28 steps of 28 numbers."""

    def __init__(self, body, transposes):
        super().__init__()
        self.body, self.transposes = body, transposes

    def forward(self, x):
        x = x.flatten(1, 2)
        return self.body(x.transpose(1, 2) if self.transposes else x)


def conv1d():
    def block(i, o, s=1):
        return nn.Sequential(nn.Conv1d(i, o, 5, s, 2, bias=False), nn.BatchNorm1d(o), nn.ReLU())
    return Rows(nn.Sequential(block(28, 64), block(64, 64, 2), block(64, 96, 2), nn.AdaptiveAvgPool1d(1), nn.Flatten(),
                              nn.Linear(96, 10)), True)


class Recurrent(nn.Module):
    def __init__(self, kind, inputs, hidden):
        super().__init__()
        self.cell = kind(inputs, hidden, batch_first=True)
        self.out = nn.Linear(hidden, 10)

    def forward(self, x):
        return self.out(self.cell(x)[0][:, -1])


def gru():
    return Rows(Recurrent(nn.GRU, 28, 64), False)


def lstm():
    return Recurrent(nn.LSTM, 8, 48)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x, mask=None):
        steps = x.shape[1]
        q, k, v = (f(x).view(-1, steps, self.heads, self.size).transpose(1, 2) for f in (self.q, self.k, self.v))
        scores = q @ k.transpose(2, 3) / self.size ** 0.5
        if mask is not None:
            scores = scores + mask
        return self.o((scores.softmax(-1) @ v).transpose(1, 2).reshape(-1, steps, self.heads * self.size))


class Layer(nn.Module):
    def __init__(self, width, heads, is_first):
        super().__init__()
        self.attention, self.is_first = Attention(width, heads), is_first
        self.a, self.b = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x, mask=None):
        if self.is_first:  # ViT normalises in front of each part, BERT after it.
            x = x + self.attention(self.a(x), mask)
            return x + self.mlp(self.b(x))
        x = self.a(x + self.attention(x, mask))
        return self.b(x + self.mlp(x))


class Vit(nn.Module):
    def __init__(self, width=64, layers=2):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 7, 7)
        self.places = nn.Parameter(torch.randn(1, 16, width) * 0.02)
        self.layers = nn.ModuleList(Layer(width, 4, True) for _ in range(layers))
        self.norm, self.out = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.places
        for layer in self.layers:
            x = layer(x)
        return self.out(self.norm(x).mean(1))


class Bert(nn.Module):
    """Letters of a word are tokens; 0 is padding, which attention and the mean leave out."""

    def __init__(self, width=48, layers=2):
        super().__init__()
        self.letters, self.places = nn.Embedding(27, width), nn.Parameter(torch.randn(1, LENGTH, width) * 0.02)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(Layer(width, 4, False) for _ in range(layers))
        self.out = nn.Linear(width, len(LANGUAGES))

    def forward(self, ids):
        kept = (ids > 0).float()
        mask = (1 - kept)[:, None, None, :] * -1e4
        x = self.norm(self.letters(ids) + self.places)
        for layer in self.layers:
            x = layer(x, mask)
        return self.out((x * kept[:, :, None]).sum(1) / kept.sum(1, keepdim=True))


# Network, training data, samples to tell the accuracy on, epochs, learning rate, name of the input.
def on_fashion(count):
    return lambda: (fashion("train", 0, count), fashion("t10k", 0, 2000))


ON_DIGITS, ON_WORDS = lambda: (digits(True), digits(False)), lambda: (words(True), words(False))
ZOO = {
    "lstm": (lstm, ON_DIGITS, 60, 5e-3, "rows"),
    "autoencoder": (autoencoder, on_fashion(12000), 4, 4e-3, "image"),
    "conv1d": (conv1d, on_fashion(24000), 6, 4e-3, "image"),
    "vit": (Vit, on_fashion(12000), 8, 3e-3, "image"),
    "gru": (gru, on_fashion(12000), 5, 4e-3, "image"),
    "bert": (Bert, ON_WORDS, 8, 2e-3, "letters"),
    "squeeze": (squeeze, on_fashion(12000), 4, 6e-3, "image"),
    "inverted": (inverted, on_fashion(12000), 4, 6e-3, "image"),
    "dense": (dense, on_fashion(10000), 4, 6e-3, "image"),
}


def train(name, folder):
    make, load, epochs, rate, input_name = ZOO[name]
    torch.manual_seed(20231)
    start, network, ((x, y), (test_x, test_y)) = time.time(), make(), load()
    batch, is_image = 64, name == "autoencoder"
    optimizer = torch.optim.AdamW(network.parameters(), rate, weight_decay=0.02)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps, pct_start=0.2)
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(x))
        for at in range(0, len(x) - batch + 1, batch):
            chosen = order[at:at + batch]
            samples, loss = x[chosen], None
            if is_image:
                loss = F.mse_loss(network((samples + 0.2 * torch.randn_like(samples)).clamp(0, 1)), samples)
            else:
                loss = F.cross_entropy(network(samples), y[chosen], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            out = torch.cat([network(part) for part in test_x.split(500)])
        score = F.mse_loss(out, test_x).item() if is_image else (out.argmax(1) == test_y).float().mean().item()
        print(f"{name} epoch {epoch + 1}: {'error' if is_image else 'accuracy'} {score:.4f}, {time.time() - start:.0f} s", flush=True)
    sample = test_x[:1]
    torch.onnx.export(network, sample, f"{folder}/{name}.onnx", opset_version=17, input_names=[input_name],
                      output_names=["image_out" if is_image else "scores"],
                      dynamic_axes={input_name: {0: "N"}, "image_out" if is_image else "scores": {0: "N"}})
    weights = sum(p.numel() for p in network.parameters())
    print(f"{name}: {weights} weights, {os.path.getsize(f'{folder}/{name}.onnx')} bytes", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ZOO))
    parser.add_argument("--out", default=os.path.join(os.path.dirname(__file__), "..", "networks", "zoo"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for chosen in options.names or ZOO:
        train(chosen, options.out)
