"""An ONNX model evaluated in double with numpy, operator by operator from its definition: how far ONNX Runtime, which
computes in float, is from the exact result says how much rounding a network has. The operators of nets.py only."""
import itertools

import numpy as np
from onnx import helper, numpy_helper


def windows(x, kernel, stride, dilation, pads, extents, fill):
    """For each tap of a window (its index, the elements of x that it meets); x without the batch."""
    rank = len(kernel)
    reach = [(o - 1) * s + (k - 1) * d + 1 for o, s, k, d in zip(extents, stride, kernel, dilation)]
    after = [max(r - i - lo, 0) for r, i, lo in zip(reach, x.shape[1:], pads)]
    padded = np.pad(x, [(0, 0), *zip(pads[:rank], after)], constant_values=fill)
    for tap in itertools.product(*map(range, kernel)):
        yield tap, padded[(slice(None), *(slice(t * d, t * d + (o - 1) * s + 1, s)
                                          for t, d, o, s in zip(tap, dilation, extents, stride)))]


def conv(a, extents, x, w, bias=None):
    x, g = x[0], a["group"]
    rank, out = len(extents), np.zeros((w.shape[0], int(np.prod(extents))))
    ic, oc = x.shape[0] // g, w.shape[0] // g
    for tap, seen in windows(x, a["kernel_shape"], a["strides"], a["dilations"], a["pads"], extents, 0):
        seen, filters = seen.reshape(x.shape[0], -1), w[(slice(None), slice(None), *tap)]
        if ic == 1 and oc == 1:
            out += filters * seen
            continue
        for i in range(g):
            out[i * oc:(i + 1) * oc] += filters[i * oc:(i + 1) * oc] @ seen[i * ic:(i + 1) * ic]
    if bias is not None:
        out += bias[:, None]
    return out.reshape(1, w.shape[0], *extents)


def conv_transpose(a, extents, x, w, bias):
    """Kernel and stride are equal: no two inputs meet in an output."""
    assert a["kernel_shape"] == a["strides"]
    out = np.empty((w.shape[1], *extents))
    for tap in itertools.product(*map(range, a["kernel_shape"])):
        part = np.tensordot(w[(slice(None), slice(None), *tap)], x[0], (0, 0))
        out[(slice(None), *(slice(t, None, s) for t, s in zip(tap, a["strides"])))] = part
    return (out + bias.reshape(-1, *[1] * len(extents)))[None]


def max_pool(a, extents, x):
    taps = windows(x[0], a["kernel_shape"], a["strides"], [1] * len(extents), a["pads"], extents, -np.inf)
    return np.maximum.reduce([seen for _, seen in taps])[None]


def avg_pool(a, extents, x):
    """What counts: the elements of the map, and if asked for its padding; never what is beyond that."""
    rank = len(extents)
    geometry = a["kernel_shape"], a["strides"], [1] * rank
    total = sum(seen for _, seen in windows(x[0], *geometry, a["pads"], extents, 0))
    ones = np.ones((1, *x.shape[2:]))
    if a.get("count_include_pad", 0):
        ones = np.pad(ones, [(0, 0), *zip(a["pads"][:rank], a["pads"][rank:])], constant_values=1)
        pads = [0] * 2 * rank
    else:
        pads = a["pads"]
    return (total / sum(seen for _, seen in windows(ones, *geometry, pads, extents, 0)))[None]


def batch_norm(a, _, x, weight, bias, mean, variance):
    per_channel = [v.reshape(1, -1, *[1] * (x.ndim - 2)) for v in (weight, bias, mean, variance)]
    weight, bias, mean, variance = per_channel
    return (x - mean) / np.sqrt(variance + a["epsilon"]) * weight + bias


def resize(a, extents, x, _, scales):
    for axis, scale in enumerate(scales):
        x = np.repeat(x, int(scale), axis)
    return x


OPERATORS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool, "AveragePool": avg_pool,
    "BatchNormalization": batch_norm, "Resize": resize,
    "GlobalAveragePool": lambda a, e, x: x.mean(tuple(range(2, x.ndim)), keepdims=True),
    "Gemm": lambda a, e, x, w, b: x @ w.T + b,
    "Relu": lambda a, e, x: np.maximum(x, 0),
    "Clip": lambda a, e, x, least, most: np.clip(x, least, most),
    "LeakyRelu": lambda a, e, x: np.where(x < 0, a["alpha"] * x, x),
    "Tanh": lambda a, e, x: np.tanh(x),
    "Sigmoid": lambda a, e, x: 1 / (1 + np.exp(-x)),
    "HardSigmoid": lambda a, e, x: np.clip(a["alpha"] * x + a["beta"], 0, 1),
    "Add": lambda a, e, x, y: x + y,
    "Mul": lambda a, e, x, y: x * y,
    "Concat": lambda a, e, *xs: np.concatenate(xs, a["axis"]),
    "Slice": lambda a, e, x, begin, end, axis: x[:, int(begin[0]):int(end[0])],
    "Flatten": lambda a, e, x: x.reshape(1, -1),
    "Reshape": lambda a, e, x, shape: x.reshape(shape),
    "Transpose": lambda a, e, x: x.transpose(a["perm"]),
}


def evaluate(model, x):
    graph = model.graph
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in (*graph.value_info, *graph.output)}
    constants = {t.name: t for t in graph.initializer}
    last_use = {name: i for i, node in enumerate(graph.node) for name in node.input}
    values = {"input": x.astype(np.float64)}

    def value(name):
        if name in constants:
            array = numpy_helper.to_array(constants[name])
            return array.astype(np.float64) if array.dtype == np.float32 else array
        return values.get(name)

    for i, node in enumerate(graph.node):
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        inputs = [value(name) for name in node.input]
        out = OPERATORS[node.op_type](attributes, shapes[node.output[0]][2:], *inputs)
        assert list(out.shape) == shapes[node.output[0]], (node.name, out.shape, shapes[node.output[0]])
        values[node.output[0]] = out
        for name in node.input:
            if last_use[name] == i:
                values.pop(name, None)
    return values["output"]
