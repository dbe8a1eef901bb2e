"""The networks of examples/zoo as ONNX models, written a second time from their papers and from torchvision's names, so
that a slip in one place shows in the other. No shape or count is taken from tenon."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper, shape_inference

import seeded

OPSET = 13


def each(value, rank):
    return [value] * rank if np.isscalar(value) else list(value)


class Net:
    """A graph under construction. A value is the name of its ONNX tensor; `shapes` holds its shape without the batch."""

    def __init__(self, *shape):
        self.shapes, self.nodes, self.tensors = {"input": list(shape)}, [], {}

    def op(self, kind, inputs, shape=None, **attributes):
        out = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], name=out, **attributes))
        self.shapes[out] = list(shape or self.shapes[inputs[0]])
        return out

    def channels(self, x):
        return self.shapes[x][0]

    def seeded(self, name, *shape):
        assert name not in self.tensors, name
        self.tensors[name] = seeded.tensor(name, shape)
        return name

    def constant(self, value):
        name = f"constant{len(self.tensors)}"
        self.tensors[name] = np.asarray(value)
        return name

    # Layers with tensors; `name` is theirs without ".weight".

    def conv(self, x, name, channels, kernel, stride=1, pad=0, groups=1, dilation=1, bias=True, before=None):
        rank = len(self.shapes[x]) - 1
        kernel, stride, pad, dilation = (each(v, rank) for v in (kernel, stride, pad, dilation))
        pads = pad + pad if before is None else [before, 0]
        extents = [(i + pads[a] + pads[a + rank] - dilation[a] * (kernel[a] - 1) - 1) // stride[a] + 1
                   for a, i in enumerate(self.shapes[x][1:])]
        inputs = [x, self.seeded(name + ".weight", channels, self.channels(x) // groups, *kernel)]
        if bias:
            inputs.append(self.seeded(name + ".bias", channels))
        return self.op("Conv", inputs, [channels, *extents], kernel_shape=kernel, strides=stride, pads=pads,
                       dilations=dilation, group=groups)

    def double(self, x, name, channels):
        """Transposed convolution, kernel and stride 2."""
        inputs = [x, self.seeded(name + ".weight", self.channels(x), channels, 2, 2),
                  self.seeded(name + ".bias", channels)]
        return self.op("ConvTranspose", inputs, [channels] + [2 * i for i in self.shapes[x][1:]],
                       kernel_shape=[2, 2], strides=[2, 2])

    def norm(self, x, name, epsilon=1e-5):
        tensors = [self.seeded(f"{name}.{part}", self.channels(x))
                   for part in ("weight", "bias", "running_mean", "running_var")]
        return self.op("BatchNormalization", [x, *tensors], epsilon=epsilon)

    def linear(self, x, name, features):
        inputs = [x, self.seeded(name + ".weight", features, self.channels(x)), self.seeded(name + ".bias", features)]
        return self.op("Gemm", inputs, [features], transB=1)

    # Layers without.

    def relu(self, x):
        return self.op("Relu", [x])

    def relu6(self, x):
        return self.op("Clip", [x, self.constant(np.float32(0)), self.constant(np.float32(6))])

    def leaky(self, x, slope):
        return self.op("LeakyRelu", [x], alpha=slope)

    def tanh(self, x):
        return self.op("Tanh", [x])

    def sigmoid(self, x):
        return self.op("Sigmoid", [x])

    def silu(self, x):
        return self.op("Mul", [x, self.sigmoid(x)])

    def hard_sigmoid(self, x):
        return self.op("HardSigmoid", [x], alpha=1 / 6, beta=0.5)

    def hard_swish(self, x):
        return self.op("Mul", [x, self.hard_sigmoid(x)])

    def pool(self, kind, x, kernel, stride=None, pad=0, ceil=False, **attributes):
        rank, stride = len(self.shapes[x]) - 1, stride or kernel
        extents = [-(-(i + 2 * pad - kernel) // stride) + 1 if ceil else (i + 2 * pad - kernel) // stride + 1
                   for i in self.shapes[x][1:]]
        if ceil:  # no window begins beyond the map
            extents = [o - ((o - 1) * stride >= i + pad) for o, i in zip(extents, self.shapes[x][1:])]
        return self.op(kind, [x], [self.channels(x), *extents], kernel_shape=[kernel] * rank, strides=[stride] * rank,
                       pads=[pad] * 2 * rank, ceil_mode=int(ceil), **attributes)

    def max_pool(self, x, *args, **kwargs):
        return self.pool("MaxPool", x, *args, **kwargs)

    def avg_pool(self, x, *args, **kwargs):
        return self.pool("AveragePool", x, *args, **kwargs)

    def global_pool(self, x):
        return self.op("GlobalAveragePool", [x], [self.channels(x)] + [1] * (len(self.shapes[x]) - 1))

    def flatten(self, x):
        return self.op("Flatten", [x], [int(np.prod(self.shapes[x]))])

    def add(self, a, b):
        return self.op("Add", [a, b])

    def multiply(self, a, b):
        return self.op("Mul", [a, b])

    def times(self, x, factor):
        return self.op("Mul", [x, self.constant(np.float32(factor))])

    def concat(self, *xs):
        return self.op("Concat", list(xs), [sum(map(self.channels, xs)), *self.shapes[xs[0]][1:]], axis=1)

    def half(self, x, which):
        c = self.channels(x) // 2
        bounds = [self.constant(np.array([v], np.int64)) for v in (which * c, (which + 1) * c, 1)]
        return self.op("Slice", [x, *bounds], [c, *self.shapes[x][1:]])

    def shuffle(self, x, groups):
        c, h, w = self.shapes[x]
        y = self.op("Reshape", [x, self.constant(np.array([1, groups, c // groups, h, w], np.int64))])
        y = self.op("Transpose", [y], perm=[0, 2, 1, 3, 4])
        return self.op("Reshape", [y, self.constant(np.array([1, c, h, w], np.int64))], [c, h, w])

    def nearest2(self, x):
        c, h, w = self.shapes[x]
        scales = self.constant(np.array([1, 1, 2, 2], np.float32))
        return self.op("Resize", [x, "", scales], [c, 2 * h, 2 * w], mode="nearest", nearest_mode="floor",
                       coordinate_transformation_mode="asymmetric")

    # What many networks are made of.

    def conv_norm(self, x, conv, norm, *args, epsilon=1e-5, **kwargs):
        return self.norm(self.conv(x, conv, *args, bias=False, **kwargs), norm, epsilon)

    def unit(self, x, name, act, *args, **kwargs):
        """torchvision's Conv2dNormActivation."""
        y = self.conv_norm(x, f"{name}.0", f"{name}.1", *args, **kwargs)
        return act(y) if act else y

    def model(self, y, name):
        self.nodes[-1].output[0] = "output"
        del self.shapes[y]
        graph = helper.make_graph(
            self.nodes, name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, *self.shapes["input"]])],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, None)],
            [numpy_helper.from_array(value, key) for key, value in self.tensors.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 7
        return shape_inference.infer_shapes(model, check_type=True, strict_mode=True)


def parameters_of(model):
    """As PyTorch counts: running means and variances are no parameters."""
    return sum(int(np.prod(t.dims)) for t in model.graph.initializer
               if t.name.rsplit(".", 1)[-1] in ("weight", "bias"))


def macs_of(model):
    """Multiply-accumulates of convolutions and linear layers, from ONNX's own shape inference."""
    graph = model.graph
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
              for v in (*graph.input, *graph.value_info, *graph.output)}
    weights = {t.name: list(t.dims) for t in graph.initializer}
    total = 0
    for node in graph.node:
        if node.op_type in ("Conv", "ConvTranspose", "Gemm"):
            taps = int(np.prod(weights[node.input[1]][1:]))
            map_of = node.input[0] if node.op_type == "ConvTranspose" else node.output[0]
            total += int(np.prod(shapes[map_of][1:])) * taps
    return total


def lenet5():
    n = Net(1, 28, 28)
    x = n.avg_pool(n.tanh(n.conv("input", "c1", 6, 5, pad=2)), 2)
    x = n.avg_pool(n.tanh(n.conv(x, "c3", 16, 5)), 2)
    x = n.flatten(n.tanh(n.conv(x, "c5", 120, 5)))
    return n, n.linear(n.tanh(n.linear(x, "f6", 84)), "output", 10)


def cifar_quick():
    n = Net(3, 32, 32)
    x = n.relu(n.max_pool(n.conv("input", "conv1", 32, 5, pad=2), 3, 2, ceil=True))
    x = n.avg_pool(n.relu(n.conv(x, "conv2", 32, 5, pad=2)), 3, 2, ceil=True)
    x = n.avg_pool(n.relu(n.conv(x, "conv3", 64, 5, pad=2)), 3, 2, ceil=True)
    return n, n.linear(n.linear(n.flatten(x), "ip1", 64), "ip2", 10)


def alexnet():
    n = Net(3, 224, 224)
    x = n.max_pool(n.relu(n.conv("input", "features.0", 64, 11, 4, 2)), 3, 2)
    x = n.max_pool(n.relu(n.conv(x, "features.3", 192, 5, pad=2)), 3, 2)
    x = n.relu(n.conv(x, "features.6", 384, 3, pad=1))
    x = n.relu(n.conv(x, "features.8", 256, 3, pad=1))
    x = n.max_pool(n.relu(n.conv(x, "features.10", 256, 3, pad=1)), 3, 2)
    x = n.relu(n.linear(n.flatten(x), "classifier.1", 4096))
    return n, n.linear(n.relu(n.linear(x, "classifier.4", 4096)), "classifier.6", 1000)


def vgg(*counts):
    n, x, number = Net(3, 224, 224), "input", 0
    for channels, count in zip((64, 128, 256, 512, 512), counts):
        for _ in range(count):
            x = n.relu(n.conv(x, f"features.{number}", channels, 3, pad=1))
            number += 2
        x = n.max_pool(x, 2)
        number += 1
    x = n.relu(n.linear(n.flatten(x), "classifier.0", 4096))
    return n, n.linear(n.relu(n.linear(x, "classifier.3", 4096)), "classifier.6", 1000)


def squeezenet():
    n = Net(3, 224, 224)
    x = n.max_pool(n.relu(n.conv("input", "features.0", 64, 3, 2)), 3, 2, ceil=True)
    for number, few, many in ((3, 16, 64), (4, 16, 64), (6, 32, 128), (7, 32, 128), (9, 48, 192), (10, 48, 192),
                              (11, 64, 256), (12, 64, 256)):
        if number in (6, 9):
            x = n.max_pool(x, 3, 2, ceil=True)
        x = n.relu(n.conv(x, f"features.{number}.squeeze", few, 1))
        x = n.concat(n.relu(n.conv(x, f"features.{number}.expand1x1", many, 1)),
                     n.relu(n.conv(x, f"features.{number}.expand3x3", many, 3, pad=1)))
    return n, n.flatten(n.global_pool(n.relu(n.conv(x, "classifier.1", 1000, 1))))


def basic_conv(n):
    """torchvision's BasicConv2d of both Inceptions."""
    return lambda x, name, *args, **kwargs: n.relu(
        n.conv_norm(x, name + ".conv", name + ".bn", *args, epsilon=0.001, **kwargs))


def googlenet():
    n = Net(3, 224, 224)
    unit = basic_conv(n)
    x = n.max_pool(unit("input", "conv1", 64, 7, 2, 3), 3, 2, ceil=True)
    x = n.max_pool(unit(unit(x, "conv2", 64, 1), "conv3", 192, 3, pad=1), 3, 2, ceil=True)
    for name, c1, r2, c2, r3, c3, c4 in (
            ("3a", 64, 96, 128, 16, 32, 32), ("3b", 128, 128, 192, 32, 96, 64), ("4a", 192, 96, 208, 16, 48, 64),
            ("4b", 160, 112, 224, 24, 64, 64), ("4c", 128, 128, 256, 24, 64, 64), ("4d", 112, 144, 288, 32, 64, 64),
            ("4e", 256, 160, 320, 32, 128, 128), ("5a", 256, 160, 320, 32, 128, 128),
            ("5b", 384, 192, 384, 48, 128, 128)):
        if name == "4a":
            x = n.max_pool(x, 3, 2, ceil=True)
        if name == "5a":
            x = n.max_pool(x, 2, 2, ceil=True)
        path = f"inception{name}.branch"
        x = n.concat(unit(x, path + "1", c1, 1),
                     unit(unit(x, path + "2.0", r2, 1), path + "2.1", c2, 3, pad=1),
                     unit(unit(x, path + "3.0", r3, 1), path + "3.1", c3, 3, pad=1),
                     unit(n.max_pool(x, 3, 1, 1, ceil=True), path + "4.1", c4, 1))
    return n, n.linear(n.flatten(n.global_pool(x)), "fc", 1000)


def inception_v3():
    n = Net(3, 299, 299)
    unit = basic_conv(n)

    def chain(x, path, *steps):
        for suffix, channels, kernel, *rest in steps:
            x = unit(x, path + suffix, channels, kernel, **(rest[0] if rest else {}))
        return x

    row = lambda c, k: (c, (1, k), {"pad": (0, k // 2)})
    column = lambda c, k: (c, (k, 1), {"pad": (k // 2, 0)})
    same3 = {"pad": 1}
    down = {"stride": 2}
    pooled = lambda x, m, c: unit(n.avg_pool(x, 3, 1, 1, count_include_pad=1), m + ".branch_pool", c, 1)

    def block_a(x, m, pool):
        return n.concat(chain(x, m, (".branch1x1", 64, 1)),
                        chain(x, m + ".branch5x5", ("_1", 48, 1), ("_2", 64, 5, {"pad": 2})),
                        chain(x, m + ".branch3x3dbl", ("_1", 64, 1), ("_2", 96, 3, same3), ("_3", 96, 3, same3)),
                        pooled(x, m, pool))

    def block_b(x, m):
        return n.concat(chain(x, m, (".branch3x3", 384, 3, down)),
                        chain(x, m + ".branch3x3dbl", ("_1", 64, 1), ("_2", 96, 3, same3), ("_3", 96, 3, down)),
                        n.max_pool(x, 3, 2))

    def block_c(x, m, c):
        return n.concat(chain(x, m, (".branch1x1", 192, 1)),
                        chain(x, m + ".branch7x7", ("_1", c, 1), ("_2", *row(c, 7)), ("_3", *column(192, 7))),
                        chain(x, m + ".branch7x7dbl", ("_1", c, 1), ("_2", *column(c, 7)), ("_3", *row(c, 7)),
                              ("_4", *column(c, 7)), ("_5", *row(192, 7))),
                        pooled(x, m, 192))

    def block_d(x, m):
        return n.concat(chain(x, m + ".branch3x3", ("_1", 192, 1), ("_2", 320, 3, down)),
                        chain(x, m + ".branch7x7x3", ("_1", 192, 1), ("_2", *row(192, 7)), ("_3", *column(192, 7)),
                              ("_4", 192, 3, down)),
                        n.max_pool(x, 3, 2))

    def block_e(x, m):
        split = lambda y, path, a, b: n.concat(chain(y, path, (a, *row(384, 3))), chain(y, path, (b, *column(384, 3))))
        return n.concat(chain(x, m, (".branch1x1", 320, 1)),
                        split(chain(x, m, (".branch3x3_1", 384, 1)), m + ".branch3x3", "_2a", "_2b"),
                        split(chain(x, m + ".branch3x3dbl", ("_1", 448, 1), ("_2", 384, 3, same3)),
                              m + ".branch3x3dbl", "_3a", "_3b"),
                        pooled(x, m, 192))

    x = chain("input", "Conv2d_", ("1a_3x3", 32, 3, down), ("2a_3x3", 32, 3), ("2b_3x3", 64, 3, same3))
    x = chain(n.max_pool(x, 3, 2), "Conv2d_", ("3b_1x1", 80, 1), ("4a_3x3", 192, 3))
    x = n.max_pool(x, 3, 2)
    for m, pool in (("5b", 32), ("5c", 64), ("5d", 64)):
        x = block_a(x, "Mixed_" + m, pool)
    x = block_b(x, "Mixed_6a")
    for m, c in (("6b", 128), ("6c", 160), ("6d", 160), ("6e", 192)):
        x = block_c(x, "Mixed_" + m, c)
    x = block_d(x, "Mixed_7a")
    x = block_e(block_e(x, "Mixed_7b"), "Mixed_7c")
    return n, n.linear(n.flatten(n.global_pool(x)), "fc", 1000)


def resnet(counts, bottleneck):
    n = Net(3, 224, 224)
    x = n.max_pool(n.relu(n.conv_norm("input", "conv1", "bn1", 64, 7, 2, 3)), 3, 2, 1)
    for stage, count in enumerate(counts):
        width = 64 << stage
        for number in range(count):
            path, stride = f"layer{stage + 1}.{number}.", 2 if stage > 0 and number == 0 else 1
            layer = lambda y, i, *args: n.conv_norm(y, f"{path}conv{i}", f"{path}bn{i}", *args)
            if bottleneck:
                y = n.relu(layer(n.relu(layer(x, 1, width, 1)), 2, width, 3, stride, 1))
                y = layer(y, 3, 4 * width, 1)
            else:
                y = layer(n.relu(layer(x, 1, width, 3, stride, 1)), 2, width, 3, 1, 1)
            if n.shapes[x] != n.shapes[y]:
                x = n.conv_norm(x, path + "downsample.0", path + "downsample.1", n.channels(y), 1, stride)
            x = n.relu(n.add(y, x))
    return n, n.linear(n.flatten(n.global_pool(x)), "fc", 1000)


def densenet121():
    n = Net(3, 224, 224)
    x = n.max_pool(n.relu(n.conv_norm("input", "features.conv0", "features.norm0", 64, 7, 2, 3)), 3, 2, 1)
    for block, count in enumerate((6, 12, 24, 16), 1):
        for layer in range(1, count + 1):
            path = f"features.denseblock{block}.denselayer{layer}."
            y = n.conv(n.relu(n.norm(x, path + "norm1")), path + "conv1", 128, 1, bias=False)
            y = n.conv(n.relu(n.norm(y, path + "norm2")), path + "conv2", 32, 3, pad=1, bias=False)
            x = n.concat(x, y)
        if block < 4:
            path = f"features.transition{block}."
            x = n.conv(n.relu(n.norm(x, path + "norm")), path + "conv", n.channels(x) // 2, 1, bias=False)
            x = n.avg_pool(x, 2)
    x = n.relu(n.norm(x, "features.norm5"))
    return n, n.linear(n.flatten(n.global_pool(x)), "classifier", 1000)


def mobilenet_v1():
    n = Net(3, 224, 224)
    x = n.unit("input", "features.0", n.relu, 32, 3, 2, 1)
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + 5 * [(512, 1)] + [(1024, 2), (1024, 1)]
    for number, (channels, stride) in enumerate(plan, 1):
        layer = lambda y, i, *args, **kwargs: n.relu(
            n.conv_norm(y, f"features.{number}.{i}", f"features.{number}.{i + 1}", *args, **kwargs))
        x = layer(layer(x, 0, n.channels(x), 3, stride, 1, groups=n.channels(x)), 3, channels, 1)
    return n, n.linear(n.flatten(n.global_pool(x)), "classifier", 1000)


def mobilenet_v2():
    n = Net(3, 224, 224)
    x, number = n.unit("input", "features.0", n.relu6, 32, 3, 2, 1), 0
    for factor, channels, count, first in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                           (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            number += 1
            path, stride, y, part = f"features.{number}.conv.", first if i == 0 else 1, x, 0
            if factor != 1:
                y, part = n.unit(y, path + "0", n.relu6, factor * n.channels(x), 1), 1
            y = n.unit(y, f"{path}{part}", n.relu6, n.channels(y), 3, stride, 1, groups=n.channels(y))
            y = n.conv_norm(y, f"{path}{part + 1}", f"{path}{part + 2}", channels, 1)
            x = n.add(x, y) if n.shapes[x] == n.shapes[y] else y
    x = n.unit(x, "features.18", n.relu6, 1280, 1)
    return n, n.linear(n.flatten(n.global_pool(x)), "classifier.1", 1000)


def excite(n, x, path, few, act, gate):
    """torchvision's SqueezeExcitation."""
    y = act(n.conv(n.global_pool(x), path + ".fc1", few, 1))
    return n.multiply(x, gate(n.conv(y, path + ".fc2", n.channels(x), 1)))


def mobilenet_v3_small():
    n = Net(3, 224, 224)
    multiple_of_8 = lambda v: max(8, (int(v) + 4) // 8 * 8)
    x = n.unit("input", "features.0", n.hard_swish, 16, 3, 2, 1, epsilon=0.001)
    for number, (kernel, many, out, squeeze, act, stride) in enumerate((
            (3, 16, 16, True, n.relu, 2), (3, 72, 24, False, n.relu, 2), (3, 88, 24, False, n.relu, 1),
            (5, 96, 40, True, n.hard_swish, 2), (5, 240, 40, True, n.hard_swish, 1), (5, 240, 40, True, n.hard_swish, 1),
            (5, 120, 48, True, n.hard_swish, 1), (5, 144, 48, True, n.hard_swish, 1), (5, 288, 96, True, n.hard_swish, 2),
            (5, 576, 96, True, n.hard_swish, 1), (5, 576, 96, True, n.hard_swish, 1)), 1):
        path, y, part = f"features.{number}.block.", x, 0
        if many != n.channels(x):
            y, part = n.unit(y, path + "0", act, many, 1, epsilon=0.001), 1
        y = n.unit(y, f"{path}{part}", act, many, kernel, stride, kernel // 2, groups=many, epsilon=0.001)
        if squeeze:
            part += 1
            y = excite(n, y, f"{path}{part}", multiple_of_8(many / 4), n.relu, n.hard_sigmoid)
        y = n.unit(y, f"{path}{part + 1}", None, out, 1, epsilon=0.001)
        x = n.add(x, y) if n.shapes[x] == n.shapes[y] else y
    x = n.unit(x, "features.12", n.hard_swish, 576, 1, epsilon=0.001)
    x = n.hard_swish(n.linear(n.flatten(n.global_pool(x)), "classifier.0", 1024))
    return n, n.linear(x, "classifier.3", 1000)


def shufflenet_v2():
    n = Net(3, 224, 224)
    x = n.max_pool(n.relu(n.conv_norm("input", "conv1.0", "conv1.1", 24, 3, 2, 1)), 3, 2, 1)
    for stage, count, channels in ((2, 4, 116), (3, 8, 232), (4, 4, 464)):
        c = channels // 2
        for number in range(count):
            path, stride = f"stage{stage}.{number}.branch", 2 if number == 0 else 1
            layer = lambda y, i, *args, **kwargs: n.conv_norm(y, f"{path}{i}", f"{path}{i[:-1]}{int(i[-1]) + 1}",
                                                              *args, **kwargs)
            if stride == 2:
                left = layer(x, "1.0", n.channels(x), 3, 2, 1, groups=n.channels(x))
                left, right = n.relu(layer(left, "1.2", c, 1)), x
            else:
                left, right = n.half(x, 0), n.half(x, 1)
            right = layer(n.relu(layer(right, "2.0", c, 1)), "2.3", c, 3, stride, 1, groups=c)
            x = n.shuffle(n.concat(left, n.relu(layer(right, "2.5", c, 1))), 2)
    x = n.relu(n.conv_norm(x, "conv5.0", "conv5.1", 1024, 1))
    return n, n.linear(n.flatten(n.global_pool(x)), "fc", 1000)


def efficientnet_b0():
    n = Net(3, 224, 224)
    x = n.unit("input", "features.0", n.silu, 32, 3, 2, 1)
    for stage, (factor, kernel, first, channels, count) in enumerate((
            (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
            (6, 3, 1, 320, 1)), 1):
        for number in range(count):
            path, stride, y, part = f"features.{stage}.{number}.block.", first if number == 0 else 1, x, 0
            if factor != 1:
                y, part = n.unit(y, path + "0", n.silu, factor * n.channels(x), 1), 1
            y = n.unit(y, f"{path}{part}", n.silu, n.channels(y), kernel, stride, kernel // 2, groups=n.channels(y))
            y = excite(n, y, f"{path}{part + 1}", n.channels(x) // 4, n.silu, n.sigmoid)
            y = n.unit(y, f"{path}{part + 2}", None, channels, 1)
            x = n.add(x, y) if n.shapes[x] == n.shapes[y] else y
    x = n.unit(x, "features.8", n.silu, 1280, 1)
    return n, n.linear(n.flatten(n.global_pool(x)), "classifier.1", 1000)


def unet():
    n = Net(3, 256, 256)

    def twice(x, path, channels):
        for i in (0, 3):
            x = n.relu(n.conv_norm(x, f"{path}.double_conv.{i}", f"{path}.double_conv.{i + 1}", channels, 3, pad=1))
        return x

    way = [twice("input", "inc", 64)]
    for i in range(1, 5):
        way.append(twice(n.max_pool(way[-1], 2), f"down{i}.maxpool_conv.1", 64 << i))
    x = way.pop()
    for i in range(1, 5):
        skip = way.pop()
        x = n.concat(skip, n.double(x, f"up{i}.up", n.channels(skip)))
        x = twice(x, f"up{i}.conv", n.channels(skip))
    return n, n.conv(x, "outc.conv", 2, 1)


def tcn():
    n = Net(1, 4096)
    x = n.conv("input", "first", 32, 1)
    for number in range(9):
        d, path = 1 << number, f"blocks.{number}."
        y = n.relu(n.conv_norm(x, path + "conv1", path + "bn1", 32, 3, dilation=d, before=2 * d))
        y = n.conv_norm(y, path + "conv2", path + "bn2", 32, 3, dilation=d, before=2 * d)
        x = n.relu(n.add(x, y))
    return n, n.conv(x, "last", 1, 1)


def wavenet():
    n = Net(256, 2048)
    x, total = n.conv("input", "entry", 64, 2, before=1), None
    for number in range(20):
        d, path = 1 << number % 10, f"layers.{number}."
        z = n.multiply(n.tanh(n.conv(x, path + "filter", 64, 2, dilation=d, before=d)),
                       n.sigmoid(n.conv(x, path + "gate", 64, 2, dilation=d, before=d)))
        skip = n.conv(z, path + "skip", 256, 1)
        total = skip if total is None else n.add(total, skip)
        if number < 19:
            x = n.add(x, n.conv(z, path + "residual", 64, 1))
    return n, n.conv(n.relu(n.conv(n.relu(total), "out", 256, 1)), "scores", 256, 1)


def voxnet():
    n = Net(1, 32, 32, 32)
    x = n.leaky(n.conv("input", "conv1", 32, 5, 2), 0.1)
    x = n.max_pool(n.leaky(n.conv(x, "conv2", 32, 3), 0.1), 2)
    return n, n.linear(n.relu(n.linear(n.flatten(x), "fc1", 128)), "fc2", 10)


def esrgan():
    n = Net(3, 32, 32)
    first = n.conv("input", "conv_first", 64, 3, pad=1)
    x = first
    for block in range(6):
        inner = x
        for dense in (1, 2, 3):
            path, parts = f"body.{block}.rdb{dense}.conv", [inner]
            for i in range(1, 5):
                y = n.concat(*parts) if len(parts) > 1 else inner
                parts.append(n.leaky(n.conv(y, f"{path}{i}", 32, 3, pad=1), 0.2))
            inner = n.add(n.times(n.conv(n.concat(*parts), path + "5", 64, 3, pad=1), 0.2), inner)
        x = n.add(n.times(inner, 0.2), x)
    x = n.add(first, n.conv(x, "conv_body", 64, 3, pad=1))
    for name in ("conv_up1", "conv_up2"):
        x = n.leaky(n.conv(n.nearest2(x), name, 64, 3, pad=1), 0.2)
    return n, n.conv(n.leaky(n.conv(x, "conv_hr", 64, 3, pad=1), 0.2), "conv_last", 3, 3, pad=1)


NETS = {
    "lenet5": lenet5, "cifar_quick": cifar_quick, "alexnet": alexnet,
    "vgg11": lambda: vgg(1, 1, 2, 2, 2), "vgg16": lambda: vgg(2, 2, 3, 3, 3), "vgg19": lambda: vgg(2, 2, 4, 4, 4),
    "squeezenet": squeezenet, "googlenet": googlenet, "inception_v3": inception_v3,
    "resnet18": lambda: resnet((2, 2, 2, 2), False), "resnet34": lambda: resnet((3, 4, 6, 3), False),
    "resnet50": lambda: resnet((3, 4, 6, 3), True), "densenet121": densenet121, "mobilenet_v1": mobilenet_v1,
    "mobilenet_v2": mobilenet_v2, "mobilenet_v3_small": mobilenet_v3_small, "shufflenet_v2": shufflenet_v2,
    "efficientnet_b0": efficientnet_b0, "unet": unet, "tcn": tcn, "wavenet": wavenet, "voxnet": voxnet,
    "esrgan": esrgan,
}


def build(name):
    net, output = NETS[name]()
    return net.model(output, name)
