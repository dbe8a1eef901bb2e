#!/usr/bin/env python3
"""Writes networks as ONNX files, with the same tensors as in bench/network.cpp: models.py DIR NAME ...

Those of examples/zoo come from tests/zoo/nets.py; `empty` is a model that does nothing, whose time is what calling ONNX
Runtime costs. Needs the Python packages onnx and numpy (Debian: python3-onnx)."""
import pathlib
import sys

import onnx

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "zoo"))
import nets  # noqa: E402  (it lies in that folder)


def lenet5_relu():
    """examples/lenet5.hpp"""
    n = nets.Net(1, 28, 28)
    x = n.max_pool(n.relu(n.conv("input", "0", 6, 5, pad=2)), 2)
    x = n.max_pool(n.relu(n.conv(x, "3", 16, 5)), 2)
    x = n.relu(n.linear(n.flatten(x), "7", 120))
    return n, n.linear(n.relu(n.linear(x, "9", 84)), "11", 10)


def resnet8():
    """examples/resnet8.hpp"""
    n = nets.Net(1, 28, 28)
    x = n.relu(n.norm(n.conv("input", "0", 16, 3, pad=1, bias=False), "1"))
    for block, channels, stride in ("3", 16, 1), ("4", 32, 2), ("5", 64, 2):
        y = n.relu(n.norm(n.conv(x, block + ".conv1", channels, 3, stride, 1, bias=False), block + ".bn1"))
        y = n.norm(n.conv(y, block + ".conv2", channels, 3, pad=1, bias=False), block + ".bn2")
        if stride > 1:
            x = n.norm(n.conv(x, block + ".shortcut.0", channels, 1, stride, bias=False), block + ".shortcut.1")
        x = n.relu(n.add(x, y))
    return n, n.linear(n.flatten(n.global_pool(x)), "8", 10)


def empty():
    n = nets.Net(1)
    return n, n.op("Identity", ["input"])


def main(folder, *names):
    nets.NETS.update(lenet5_relu=lenet5_relu, resnet8=resnet8, empty=empty)
    for name in ("empty", *names):
        if name not in nets.NETS:
            print(f"note: no ONNX file for {name}: tests/zoo/nets.py does not know it", file=sys.stderr)
            continue
        onnx.save(nets.build(name), pathlib.Path(folder) / f"{name}.onnx")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
