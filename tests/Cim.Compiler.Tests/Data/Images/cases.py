# Writes Cases/: images, and what Pillow makes of them (ImageOps.fit, bilinear): python3 cases.py (Pillow 9.4, NumPy).
import pathlib

import numpy
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parent / "Cases"
random = numpy.random.default_rng(1)


def picture(width, height, channels):
    y, x = numpy.mgrid[0:height, 0:width]
    planes = [127 + 90 * numpy.sin(x / (3 + c) + y / 5) + random.normal(0, 20, (height, width)) for c in range(channels)]
    return numpy.clip(numpy.stack(planes, -1), 0, 255).astype(numpy.uint8)


cases = [  # name, columns, rows, channels, wanted columns, wanted rows, wanted channels
    ("wide", 61, 40, 3, 16, 16, 3), ("tall", 33, 57, 3, 20, 12, 1), ("small", 9, 7, 3, 24, 24, 3), ("grey", 40, 40, 1, 28, 28, 1),
    ("same", 12, 12, 3, 12, 12, 3),
]
for name, width, height, channels, w, h, c in cases:
    pixels = picture(width, height, channels)
    image = Image.fromarray(pixels if channels == 3 else pixels[:, :, 0])
    for suffix in ("png", "jpg", "bmp") if name == "wide" else ("png",):
        path = folder / f"{name}.{suffix}"
        image.save(path, **({"quality": 92} if suffix == "jpg" else {}))
        wanted = Image.open(path).convert("L" if c == 1 else "RGB")
        fitted = numpy.asarray(ImageOps.fit(wanted, (w, h), Image.Resampling.BILINEAR)).reshape(h, w, c)
        (folder / f"{name}.{suffix}.{w}x{h}x{c}.bin").write_bytes(fitted.tobytes())
