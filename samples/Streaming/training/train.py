"""Trains the two streaming networks of this sample on simulated sounds. Needs PyTorch and ONNX and nothing else.

    apt-get install python3-torch python3-onnx
    /usr/bin/python3 samples/Streaming/training/train.py

A frame is 16 numbers: logarithms of the energy in 16 bands of 10 ms of sound, near -2..2. Noise of a changing level fills all bands. A
voice is a fundamental that glides, its overtones, and formants; a keyword is a voice whose pitch moves in one of three ways over 20 frames:
rising ("up"), falling ("down"), or rising and falling again ("hello"). Everything is simulated; nothing was recorded.

Written (paths relative to this folder):
    ../models/vad.onnx   LSTM 16-32: inputs frame [1,1,16], h and c [1,1,32]; outputs voice [1,2], hn, cn
    ../models/kws.onnx   GRU 16-48: inputs frame [1,1,16], h [1,1,48]; outputs scores [1,4] (none, up, down, hello), hn
    ../data/vad.npz, ../data/kws.npz    256 steps of simulated streams, with the states the float networks had there: calibration
    ../data/stream.npy                  1,000 frames of a stream nobody was trained on, float32 [1000,16]
    ../data/stream-labels.txt           what each of them is: keyword (0..3) and voice (0, 1)
"""
import os

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
BANDS, WORD = 16, 20


def voice(random, frames, pitch):
    """The spectrum of a voice in each frame, [frames, bands]."""
    band = np.arange(BANDS)
    energy = np.zeros((frames, BANDS))
    formants = random.uniform(3, 14, 2)
    for k in range(1, 5):
        centre = pitch[:, None] + 3.2 * np.log2(k)
        energy += np.exp(-0.5 * ((band[None] - centre) / 0.7) ** 2) / k
    shape = 0.5 + sum(np.exp(-0.5 * ((band - f) / 2.0) ** 2) for f in formants)
    return energy * shape[None]


def stream(random, frames):
    """Frames [frames, bands], keyword of each (1..3 at the end of a word, else 0) and whether there is a voice."""
    energy = np.zeros((frames, BANDS))
    keyword, voiced = np.zeros(frames, np.int64), np.zeros(frames, np.int64)
    at = random.integers(5, 25)
    while at + WORD + 8 < frames:
        kind = random.integers(0, 4)
        length = WORD if kind else random.integers(8, 30)
        if at + length + 8 >= frames:
            break
        t = np.linspace(0, 1, length)
        low, span = random.uniform(1.5, 4), random.uniform(3, 5)
        glide = [0.15 * np.sin(6 * t + random.uniform(0, 6)), t, 1 - t, np.sin(np.pi * t)][kind]
        loud = random.uniform(1.5, 5) * np.minimum(1, np.minimum(t, 1 - t) * 8 + 0.2)
        energy[at:at + length] += loud[:, None] * voice(random, length, low + span * glide)
        voiced[at:at + length] = 1
        if kind:
            keyword[at + length - 3:at + length + 3] = kind
        at += length + random.integers(6, 30)
    level = 0.15 * np.exp(np.cumsum(random.normal(scale=0.03, size=frames)))
    noise = level[:, None] * random.gamma(2.0, 0.5, (frames, BANDS))
    return (np.log(energy + noise + 1e-3) / 2 + 0.8).astype(np.float32), keyword, voiced


class Streaming(nn.Module):
    def __init__(self, kind, hidden, classes):
        super().__init__()
        self.rnn = kind(BANDS, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        return self.head(self.rnn(x)[0])


def train(model, x, y, steps, weights):
    optimizer = torch.optim.Adam(model.parameters(), 4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 8e-3, steps)
    loss = nn.CrossEntropyLoss(weight=torch.tensor(weights))
    for step in range(steps):
        some = torch.randint(0, len(x), (64,))
        out = model(x[some])
        value = loss(out.reshape(-1, out.shape[-1]), y[some].reshape(-1))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def gates(tensor, order):
    """PyTorch's gates in ONNX's order."""
    parts = np.split(tensor.detach().numpy(), len(order))
    return np.concatenate([parts[i] for i in order])


def export(model, path, output, classes):
    """One step: a frame and the state go in, the scores and the new state come out."""
    rnn, lstm = model.rnn, isinstance(model.rnn, nn.LSTM)
    hidden, order = rnn.hidden_size, [0, 3, 1, 2] if lstm else [1, 0, 2]  # ONNX: iofc and zrh
    bias = np.concatenate([gates(rnn.bias_ih_l0, order), gates(rnn.bias_hh_l0, order)])[None]
    weights = {
        "W": gates(rnn.weight_ih_l0, order)[None], "R": gates(rnn.weight_hh_l0, order)[None], "B": bias,
        "head_w": model.head.weight.detach().numpy(), "head_b": model.head.bias.detach().numpy(),
        "flat": np.array([1, hidden], np.int64),
    }
    state = [1, 1, hidden]
    states = [("h", "hn"), ("c", "cn")][:2 if lstm else 1]
    attributes = {"hidden_size": hidden} | ({} if lstm else {"linear_before_reset": 1})
    nodes = [
        helper.make_node("LSTM" if lstm else "GRU", ["frame", "W", "R", "B", "", *[i for i, _ in states]],
                         ["", *[o for _, o in states]], name="cell", **attributes),
        helper.make_node("Reshape", ["hn", "flat"], ["row"], name="row"),
        helper.make_node("Gemm", ["row", "head_w", "head_b"], [output], name="head", transB=1),
    ]
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, os.path.basename(path),
        [value("frame", TensorProto.FLOAT, [1, 1, BANDS])] + [value(i, TensorProto.FLOAT, state) for i, _ in states],
        [value(output, TensorProto.FLOAT, [1, classes])] + [value(o, TensorProto.FLOAT, state) for _, o in states],
        [numpy_helper.from_array(v, k) for k, v in weights.items()])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(proto)
    onnx.save(proto, path)


def steps(model, x):
    """The states in front of every frame of a stream."""
    states, lstm = [], isinstance(model.rnn, nn.LSTM)
    state = (torch.zeros(1, 1, model.rnn.hidden_size),) * (2 if lstm else 1)
    with torch.no_grad():
        for frame in x:
            states.append([s.numpy().copy() for s in state])
            _, new = model.rnn(torch.from_numpy(frame)[None, None], state if lstm else state[0])
            state = new if lstm else (new,)
    return [np.concatenate(s) for s in zip(*states)]


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    random = np.random.default_rng(1)
    streams = [stream(random, 160) for _ in range(1500)]
    x, keyword, voiced = (torch.from_numpy(np.stack(part)) for part in zip(*streams))
    vad, kws = Streaming(nn.LSTM, 32, 2), Streaming(nn.GRU, 48, 4)
    train(vad, x, voiced, 700, [1.0, 1.0])
    train(kws, x, keyword, 1200, [1.0, 3.0, 3.0, 3.0])

    test, words, speaks = stream(np.random.default_rng(2), 1000)
    with torch.no_grad():
        frames = torch.from_numpy(test)[None]
        print("voice right in", (vad(frames)[0].argmax(1).numpy() == speaks).mean(), "of the frames; keywords in",
              (kws(frames)[0].argmax(1).numpy() == words).mean())
    export(vad, os.path.join(HERE, "..", "models", "vad.onnx"), "voice", 2)
    export(kws, os.path.join(HERE, "..", "models", "kws.onnx"), "scores", 4)
    calibration = np.concatenate([stream(np.random.default_rng(seed), 128)[0] for seed in (3, 4)])
    for model, name in ((vad, "vad"), (kws, "kws")):
        arrays = dict(zip(("h", "c"), steps(model, calibration)))
        np.savez_compressed(os.path.join(HERE, "..", "data", name + ".npz"), frame=calibration[:, None], **arrays)
    np.save(os.path.join(HERE, "..", "data", "stream.npy"), test)
    np.savetxt(os.path.join(HERE, "..", "data", "stream-labels.txt"), np.stack([words, speaks], 1), fmt="%d")


if __name__ == "__main__":
    main()
