#!/usr/bin/env python3
"""What the networks of examples/zoo give in ONNX Runtime, for check.cpp to compare with.

    ORT_NODE_DIR=DIR make_goldens.py [--keep FOLDER] [NAME ...]      writes goldens/NAME.txt, for all if none is named

DIR is where `npm install --ignore-scripts onnxruntime-node` was run; Python needs numpy and onnx (Debian:
python3-onnx). Each network is built as an ONNX file with the tensors of seeded.py (nets.py), run by ONNX Runtime, and
evaluated in double (truth.py): the distance of the two, relative to the largest output, is the network's `rounding`.
A file holds

    parameters, macs     counted from the ONNX file
    outputs, largest     number of outputs, and the largest magnitude among them
    rounding             of ONNX Runtime
    value I Y            output I is Y, for up to 64 of them
    mean Y ...           of each of 64 equal parts of the outputs, if there are more

--keep also writes NAME.onnx and NAME.safetensors there.
"""
import argparse
import json
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

import nets
import seeded
import truth

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = 64
# ONNX Runtime and double must agree to this fraction of the largest output, or one of them computes something else.
MOST_ROUNDING = 3e-5
# check.cpp allows 16 times the rounding; another input must change the output by far more, or the goldens would say
# little.
LEAST_CHANGE = 100 * 16


def write_safetensors(path, model):
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if "." in t.name}
    header, at = {}, 0
    for name, value in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [at, at + value.nbytes]}
        at += value.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in tensors.values():
            file.write(value.tobytes())


def run(model_path, x, folder):
    """ONNX Runtime's output and version."""
    files = folder / "input", folder / "output"
    x.tofile(files[0])
    done = subprocess.run(["node", HERE / "onnxruntime.js", model_path, *files], check=True, capture_output=True,
                          text=True)
    return np.fromfile(files[1], np.float32), done.stdout.strip()


def sample_positions(count):
    """All, or the first, the last and pseudo-random ones between."""
    if count <= SAMPLES:
        return range(count)
    bits = seeded.random_bits("positions", 0, 8 * SAMPLES).astype(np.int64)
    between = dict.fromkeys(int(b) * count >> 24 for b in bits)
    return sorted([0, count - 1, *[p for p in between if 0 < p < count - 1][:SAMPLES - 2]])


def golden(name, folder, keep):
    model = nets.build(name)
    path = (keep or folder) / f"{name}.onnx"
    onnx.save(model, path)
    if keep:
        write_safetensors(keep / f"{name}.safetensors", model)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    x = seeded.tensor("input", shape)
    y, version = run(path, x, folder)
    exact = truth.evaluate(model, x).reshape(-1)
    largest = float(np.abs(y).max())
    rounding = float(np.abs(y - exact).max()) / largest
    change = float(np.abs(y - run(path, x[..., ::-1].copy(), folder)[0]).max()) / largest
    assert rounding < MOST_ROUNDING, f"{name}: ONNX Runtime and double differ by {rounding}"
    assert change > LEAST_CHANGE * rounding, f"{name}: a mirrored input changes the output by {change} only"
    if not keep:
        path.unlink()

    number = lambda v: f"{v:.9g}"
    lines = [f"# {name}: made by make_goldens.py with ONNX Runtime {version}",
             f"parameters {nets.parameters_of(model)}", f"macs {nets.macs_of(model)}",
             f"outputs {y.size}", f"largest {number(largest)}", f"rounding {rounding:.2g}"]
    lines += [f"value {i} {number(y[i])}" for i in sample_positions(y.size)]
    if y.size > SAMPLES:
        parts = [y[i * y.size // SAMPLES:(i + 1) * y.size // SAMPLES] for i in range(SAMPLES)]
        lines += ["mean " + number(part.astype(np.float64).mean()) for part in parts]
    (HERE / "goldens" / f"{name}.txt").write_text("\n".join(lines) + "\n")
    print(f"{name}: {y.size} outputs, largest {largest:.3g}, rounding {rounding:.2g}, mirrored input {change:.2g}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(nets.NETS))
    parser.add_argument("--keep", type=pathlib.Path, metavar="FOLDER")
    chosen = parser.parse_args()
    for name in chosen.names:
        if name not in nets.NETS:
            parser.error(f"no network is called {name}")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen.names or nets.NETS:
            golden(name, pathlib.Path(folder), chosen.keep)


if __name__ == "__main__":
    main()
