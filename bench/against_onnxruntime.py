#!/usr/bin/env python3
"""The two ends of bench/against_onnxruntime.sh. Needs the Python packages onnx and numpy.

    against_onnxruntime.py write DIR    NAME.safetensors -> NAME.onnx, for each network; and empty.onnx
    against_onnxruntime.py table DIR [--check]
                                        ours-*.json, theirs-*.json -> Markdown; --check: exit status 1 if a
                                        LeNet-5 is not 4 times as fast
"""
import json
import pathlib
import statistics
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
LENET_MUST_BE_FASTER_BY = 4


class Network:
    """An ONNX graph, built layer by layer; the tensors are those of a safetensors file, by their names."""

    def __init__(self, tensors, shape):
        self.tensors, self.shape = tensors, shape
        self.nodes, self.used = [], []

    def op(self, kind, *inputs, **attributes):
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def weight(self, name):
        self.used.append(numpy_helper.from_array(self.tensors[name], name))
        return name

    def conv(self, x, name, stride=1, pad=0):
        kernel = list(self.tensors[name + ".weight"].shape[2:])
        parameters = [self.weight(name + part) for part in (".weight", ".bias") if name + part in self.tensors]
        return self.op("Conv", x, *parameters, kernel_shape=kernel, strides=[stride] * 2, pads=[pad] * 4)

    def norm(self, x, name):
        parts = (".weight", ".bias", ".running_mean", ".running_var")
        return self.op("BatchNormalization", x, *(self.weight(name + part) for part in parts), epsilon=1e-5)

    def linear(self, x, name):
        return self.op("Gemm", x, self.weight(name + ".weight"), self.weight(name + ".bias"), transB=1)

    def pool(self, kind, x):
        return self.op(kind, x, kernel_shape=[2, 2], strides=[2, 2])

    def model(self):
        self.nodes[-1].output[0] = "y"
        graph = helper.make_graph(
            self.nodes, "network",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], self.used)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 7
        model = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
        onnx.checker.check_model(model, full_check=True)
        return model


def lenet5(n):
    x = n.pool("MaxPool", n.op("Relu", n.conv("x", "0", pad=2)))
    x = n.pool("MaxPool", n.op("Relu", n.conv(x, "3")))
    x = n.op("Relu", n.linear(n.op("Flatten", x), "7"))
    x = n.op("Relu", n.linear(x, "9"))
    n.linear(x, "11")


def classic_lenet5(n):
    x = n.pool("AveragePool", n.op("Tanh", n.conv("x", "0", pad=2)))
    x = n.pool("AveragePool", n.op("Tanh", n.conv(x, "3")))
    x = n.op("Flatten", n.op("Tanh", n.conv(x, "6")))
    x = n.op("Tanh", n.linear(x, "9"))
    n.linear(x, "11")


def resnet8(n):
    x = n.op("Relu", n.norm(n.conv("x", "0", pad=1), "1"))
    for block, stride in ("3", 1), ("4", 2), ("5", 2):
        y = n.op("Relu", n.norm(n.conv(x, block + ".conv1", stride, pad=1), block + ".bn1"))
        y = n.norm(n.conv(y, block + ".conv2", pad=1), block + ".bn2")
        if stride > 1:
            x = n.norm(n.conv(x, block + ".shortcut.0", stride), block + ".shortcut.1")
        x = n.op("Relu", n.op("Add", x, y))
    n.linear(n.op("Flatten", n.op("GlobalAveragePool", x)), "8")


def empty(n):
    n.op("Identity", "x")


NETWORKS = {"lenet5": lenet5, "classic_lenet5": classic_lenet5, "resnet8": resnet8}


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header, tensors = json.loads(data[8:8 + length]), {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[8 + length + begin:8 + length + end], "<f4").reshape(entry["shape"])
    return tensors


def write(folder):
    for name, build in NETWORKS.items():
        network = Network(read_safetensors(folder / f"{name}.safetensors"), [1, 1, 28, 28])
        build(network)
        unused = set(network.tensors) - {tensor.name for tensor in network.used}
        if unused:
            sys.exit(f"error: {name}: the ONNX graph does not use {sorted(unused)}")
        onnx.save(network.model(), folder / f"{name}.onnx")
    nothing = Network({}, [1, 1])
    empty(nothing)
    onnx.save(nothing.model(), folder / "empty.onnx")


def table(folder, check):
    ours, theirs = ([json.loads(path.read_text()) for path in sorted(folder.glob(pattern))]
                    for pattern in ("ours-*.json", "theirs-*.json"))

    def median(rounds, name, figure):
        return statistics.median(entry[figure] for r in rounds for entry in r["networks"] if entry["name"] == name)

    floor = median(theirs, "empty", "median_us")
    machine = ours[0]
    print(f"{machine['cpu']}, {machine['instruction_set']}, {machine['compiler']}, commit {machine['commit']}, "
          f"{machine['date']}; ONNX Runtime {theirs[0]['version']}\n")
    print(f"One thread, one image, {len(ours)} rounds of each in turns, medians of the rounds. An empty model takes "
          f"ONNX Runtime {floor:.2f} µs through its binding for Node.js; the ratio has that taken off its median.\n")
    print("| network | tenon median µs | p99 µs | ONNX Runtime median µs | p99 µs | ratio | outputs differ by |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    slow = []
    for name in NETWORKS:
        mine, other = median(ours, name, "median_us"), median(theirs, name, "median_us")
        ratio = (other - floor) / mine
        difference = max(e["difference"] for r in theirs for e in r["networks"] if e["name"] == name)
        print(f"| {name} | {mine:.2f} | {median(ours, name, 'p99_us'):.2f} | {other:.2f} | "
              f"{median(theirs, name, 'p99_us'):.2f} | {ratio:.1f} | {difference:.1e} |")
        if "lenet5" in name and ratio < LENET_MUST_BE_FASTER_BY:
            slow.append(f"{name}: {ratio:.1f} times as fast as ONNX Runtime, not {LENET_MUST_BE_FASTER_BY}")
    for line in slow:
        print(line, file=sys.stderr)
    return 1 if slow and check else 0


def main(arguments):
    if arguments[:1] == ["write"] and len(arguments) == 2:
        return write(pathlib.Path(arguments[1]))
    if arguments[:1] == ["table"] and len(arguments) >= 2:
        return table(pathlib.Path(arguments[1]), "--check" in arguments)
    sys.exit(__doc__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
