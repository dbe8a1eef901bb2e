"""An ONNX graph said in tenon's language: operators become layers, weights parameters, attributes and inputs that are
like them template arguments. A feature map has no batch axis: where ONNX's first axis is the batch, the network is
run once for each of its elements; elsewhere the whole tensor is the feature map."""
import math

import numpy as np
import onnx
from onnx import numpy_helper

from resample import merged, resampled
from text import CALL, PRODUCT, SUM, Text, extent, layer, numbers, option, padding, real

# The operators whose first axis is the batch.
BATCHED = {'AveragePool', 'BatchNormalization', 'Conv', 'ConvTranspose', 'DepthToSpace', 'Gemm', 'GlobalAveragePool',
           'GlobalMaxPool', 'InstanceNormalization', 'LRN', 'MaxPool', 'Pad', 'Resize', 'SpaceToDepth', 'Upsample'}

# Element by element, without attributes.
PLAIN = {'Dropout': 'dropout', 'Exp': 'exp', 'GlobalAveragePool': 'global_avg_pool', 'GlobalMaxPool': 'global_max_pool',
         'HardSwish': 'hard_swish', 'Identity': 'identity', 'Log': 'log', 'Neg': 'multiply_by<-1>', 'Relu': 'relu',
         'Sigmoid': 'sigmoid', 'Softplus': 'softplus', 'Softsign': 'softsign', 'Tanh': 'tanh'}


class Expression:
    """The expression of a model; `inputs` are the names of its inputs in the order in which they stand in it,
    `parameters` the tensors of its layers by name."""

    def __init__(self, model, values):
        """`values`: the tensors that the graph is given, by name: inputs and weights."""
        self.graph, self.values = model.graph, dict(values)
        self.opset = max(o.version for o in model.opset_import if o.domain in ('', 'ai.onnx'))
        self.producers = {name: node for node in self.graph.node for name in node.output}
        self.weights = {i.name for i in self.graph.initializer}  # what is no input of the network
        for node in self.graph.node:
            if node.op_type == 'Constant':
                self.values[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
                self.weights.add(node.output[0])
        self.fold_transposed_weights()
        inferred = onnx.shape_inference.infer_shapes(model).graph
        self.shapes = {v.name: tuple(d.dim_value for d in v.type.tensor_type.shape.dim)
                       for v in [*inferred.input, *inferred.value_info, *inferred.output]}
        self.shapes.update({name: value.shape for name, value in self.values.items()})
        self.batched = any(self.is_batched(node) for node in self.graph.node)
        self.text = ''
        self.uses = {}
        for _ in range(2):  # the first time only counts
            self.start()
            self.text = self.whole()

    def fold_transposed_weights(self):
        for node in self.graph.node:
            if node.op_type == 'Transpose' and node.input[0] in self.weights:
                self.values[node.output[0]] = self.values[node.input[0]].transpose(self.attributes(node).get('perm'))
                self.weights.add(node.output[0])

    def is_batched(self, node):
        kind = node.op_type
        if kind == 'Flatten':
            rank = len(self.shapes[node.input[0]])
            return rank > 1 and self.attributes(node).get('axis', 1) % rank == 1
        if kind == 'MatMul':
            return len(self.shapes[node.input[0]]) == 2
        if kind == 'PRelu':
            return self.shapes[node.input[0]] != self.shapes[node.input[1]]
        return kind in BATCHED and not (kind == 'Gemm' and self.attributes(node).get('transA'))

    def start(self):
        self.inputs, self.parameters, self.layers, self.seen = [], {}, 0, set()

    # ---- what nodes are made of

    @staticmethod
    def attributes(node):
        read = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        return {name: v.decode() if isinstance(v, bytes) else v for name, v in read.items()}

    def shape(self, name):
        """Without the batch, if there is one."""
        return tuple(self.shapes[name])[1 if self.batched else 0:]

    def constant(self, node, i):
        """Input i as a tensor that is known; None where it is not given."""
        return self.values[node.input[i]] if i < len(node.input) and node.input[i] else None

    def constants(self, node, i):
        found = self.constant(node, i)
        return [] if found is None else found

    def layer(self, name, *arguments, **parameters):
        """A layer, numbered as in nn.Sequential, with its tensors. Layers are made in the order of the text."""
        for key, value in parameters.items():
            if value is not None:
                self.parameters[f'{self.layers}.{key}'] = np.ascontiguousarray(value, np.float32)
        self.layers += 1
        return layer(name, *arguments)

    def through(self, text, name, *arguments, **parameters):
        return text.pipe(self.layer(name, *arguments, **parameters))

    def whole(self):
        outputs = [o.name for o in self.graph.output]
        first = self.producers[outputs[0]]
        if first.op_type == 'Split' and list(first.output) == outputs:
            x = self.value(first.input[0])
            return x.pipe(f'outputs({", ".join(self.part(first, o) for o in outputs)})')
        if len(outputs) == 1:
            return self.value(outputs[0])
        return Text(f'outputs({", ".join(self.value(o).text for o in outputs)})', CALL)

    @staticmethod
    def label(name):
        """The nodes of an operator that ONNX has expanded have long names."""
        return f'x{name}' if name.isdigit() else name.split('_function_')[-1]

    def value(self, name):
        """What gives a value; where it is used again, its tag."""
        if name in self.seen:
            self.uses[name] = True
            return Text(f'from<"{self.label(name)}">', CALL)
        self.seen.add(name)
        if name in self.producers and name not in self.weights:
            node = self.producers[name]
            if node.op_type == 'Split':
                text = self.value(node.input[0])
                text = text.pipe(self.part(node, name))
            else:
                text = self.of_node(node)
        else:
            assert name not in self.weights, f'{name} is a weight, but used as an input'
            text = self.input(name)
        return text.pipe(f'tag<"{self.label(name)}">') if self.uses.get(name) else text

    def input(self, name):
        self.inputs.append(name)
        text = layer('input', numbers(self.shape(name)))
        data = [i.name for i in self.graph.input if self.is_data(i.name)]
        return Text(text if len(data) == 1 else f'name<"{self.label(name)}">({text})', CALL)

    def is_data(self, name):
        """Is an input of the graph one of the network, not a weight or what is like an attribute?"""
        if name in self.weights:
            return False
        first_only = {'BatchNormalization', 'Clip', 'Conv', 'ConvTranspose', 'InstanceNormalization', 'MatMul', 'PRelu',
                      'Reshape', 'Resize', 'Slice', 'Split', 'Squeeze', 'Unsqueeze', 'Upsample'}

        def positions(node):
            if node.op_type == 'Gemm':
                return [0, 2] if node.input[2:] and not self.is_weight_of_gemm(node.input[2]) else [0]
            return [0] if node.op_type in first_only else range(len(node.input))
        return any(node.input[i] == name for node in self.graph.node for i in positions(node))

    def is_weight_of_gemm(self, name):
        return name in self.values

    def of_node(self, node):
        if node.op_type in PLAIN:
            return self.through(self.value(node.input[0]), PLAIN[node.op_type])
        return getattr(self, f'of_{node.op_type}')(node, self.attributes(node))

    # ---- activations

    def activation(self, node, name, *arguments):
        return self.through(self.value(node.input[0]), name, *arguments)

    def of_LeakyRelu(self, node, a):
        return self.activation(node, 'leaky_relu', f'slope{{{real(a.get("alpha", 0.01))}}}')

    def of_Elu(self, node, a):
        alpha = a.get('alpha', 1)
        return self.activation(node, *(['elu'] if alpha == 1 else ['elu_with', f'alpha{{{real(alpha)}}}']))

    def of_Celu(self, node, a):
        alpha = a.get('alpha', 1)
        return self.activation(node, *(['celu'] if alpha == 1 else ['celu_with', f'alpha{{{real(alpha)}}}']))

    def of_Selu(self, node, a):
        if not a:
            return self.activation(node, 'selu')
        return self.through(self.activation(node, 'elu_with', f'alpha{{{real(a["alpha"])}}}'),
                            'multiply_by', real(a['gamma']))

    def of_HardSigmoid(self, node, a):
        return self.activation(node, 'hard_sigmoid_with', f'alpha{{{real(a.get("alpha", 0.2))}}}',
                               f'beta{{{real(a.get("beta", 0.5))}}}')

    def of_ThresholdedRelu(self, node, a):
        return self.activation(node, 'thresholded_relu', real(a.get('alpha', 1)))

    def of_Clip(self, node, a):
        least, most = a.get('min', self.constant(node, 1)), a.get('max', self.constant(node, 2))
        return self.activation(node, 'clip', 'lowest' if least is None else real(least),
                               'highest' if most is None else real(most))

    def of_PRelu(self, node, a):
        x, slope, shape = self.value(node.input[0]), self.constant(node, 1), self.shape(node.input[0])
        if slope.shape == shape[:1]:
            return self.through(x, 'prelu', weight=slope)
        # One slope for all elements, or one for each: as many channels.
        x = self.through(x, 'reshape', *(['1', '-1'] if slope.size == 1 else ['-1']))
        return self.through(self.through(x, 'prelu', weight=slope.reshape(-1)), 'reshape', numbers(shape))

    def softmax(self, node, name, a):
        shape = self.shape(node.input[0])
        axis = a.get('axis', -1 if self.opset >= 13 else 1)
        # Before opset 13 the axes from `axis` on were one.
        assert self.opset >= 13 or axis % len(shape) == len(shape) - 1
        return self.activation(node, *([name] if axis == 0 else [f'{name}_with', f'axis{{{axis}}}']))

    def of_Softmax(self, node, a):
        return self.softmax(node, 'softmax', a)

    def of_LogSoftmax(self, node, a):
        return self.softmax(node, 'log_softmax', a)

    # ---- several operands

    def broadcast(self, text, shape, to, fully):
        """An operand in the rank of the others; `fully`: in their extents, too."""
        if len(shape) != len(to):
            shape = (1,) * (len(to) - len(shape)) + tuple(shape)
            text = self.through(text, 'reshape', numbers(shape))
        return self.through(text, 'expand', numbers(to)) if fully and tuple(shape) != tuple(to) else text

    def operands(self, node, fully=False):
        to = self.shape(node.output[0])
        return [self.broadcast(self.value(name), self.shape(name), to, fully) for name in node.input]

    def with_constant(self, node, scalar, per_element, parameter):
        """An operand that is known, with its function of the other: a number is a template argument, more are a
        parameter. None where both are computed."""
        known = [i for i in range(2) if node.input[i] in self.weights]
        if not known:
            return None
        x, value = self.value(node.input[1 - known[0]]), self.values[node.input[known[0]]]
        if value.size == 1:
            return self.through(x, scalar, real(value.item()))
        shape = self.shape(node.output[0])
        assert value.shape == shape
        x = self.through(self.through(x, 'flatten'), per_element, **{parameter: value.reshape(-1)})
        return self.through(x, 'reshape', numbers(shape))

    def of_Add(self, node, a):
        return self.with_constant(node, 'add_constant', 'shift', 'bias') or self.of_Sum(node, a)

    def of_Sum(self, node, a):
        return Text(' + '.join(t.within(PRODUCT) for t in self.operands(node, fully=True)), SUM)

    def of_Sub(self, node, a):
        left, right = self.operands(node)
        return Text(f'{left.within(SUM)} - {right.within(PRODUCT)}', SUM)

    def of_Mul(self, node, a):
        known = self.with_constant(node, 'multiply_by', 'scale', 'weight')
        return known or Text(' * '.join(t.within(CALL) for t in self.operands(node)), PRODUCT)

    def of_Div(self, node, a):
        """By a number: times its inverse. By a feature map, which is positive in these tests: times e^-log."""
        if node.input[1] in self.weights:
            return self.through(self.value(node.input[0]), 'multiply_by', real(1 / self.values[node.input[1]].item()))
        to = self.shape(node.output[0])
        left = self.broadcast(self.value(node.input[0]), self.shape(node.input[0]), to, False)
        right = self.broadcast(self.value(node.input[1]), self.shape(node.input[1]), to, False)
        for name in ('log', 'multiply_by<-1>', 'exp'):
            right = self.through(right, name)
        return Text(f'{left.within(CALL)} * {right.within(CALL)}', PRODUCT)

    def of_Max(self, node, a):
        operands = self.operands(node)
        if len(operands) == 1:
            return self.through(operands[0], 'identity')
        return Text(f'maximum({", ".join(t.text for t in operands)})', CALL)

    def of_Concat(self, node, a):
        joined = ', '.join(self.value(name).text for name in node.input)
        return Text(f'concat({joined})' if a['axis'] == 0 else f'concat_along<{a["axis"]}>({joined})', CALL)

    # ---- matrices

    def of_Gemm(self, node, a):
        """alpha * A B + beta * C. Rows of A are the batch; a transposed A is a map with rows as channels, and B a
        convolution of extent 1."""
        b, alpha, beta = self.constant(node, 1), a.get('alpha', 1), a.get('beta', 1)
        b = b if a.get('transB') else b.T
        x = self.value(node.input[0])
        c = node.input[2] if len(node.input) > 2 else None
        if c is not None and not self.is_weight_of_gemm(c):
            assert alpha == beta == 1 and self.shapes[c] == self.shapes[node.output[0]]
            return Text(f'{self.through(x, "linear", str(len(b)), "no_bias", weight=b).within(PRODUCT)} + '
                        f'{self.value(c).within(PRODUCT)}', SUM)
        bias = None if c is None else self.values[c]
        in_layer = bias is not None and bias.size == len(b) and alpha == beta == 1
        options = [str(len(b))] + (['1'] if a.get('transA') else []) + ([] if in_layer else ['no_bias'])
        weight = b[:, :, None] if a.get('transA') else b
        x = self.through(x, 'conv' if a.get('transA') else 'linear', *options, weight=weight,
                         bias=bias.reshape(-1) if in_layer else None)
        if bias is not None and not in_layer:
            x = self.add_scaled(x, alpha, beta, bias)
        return self.through(x, 'permute', '1', '0') if a.get('transA') else x

    def add_scaled(self, x, alpha, beta, bias):
        """alpha * x + beta * bias = beta * (alpha / beta * x + bias)"""
        if alpha != beta:
            x = self.through(x, 'multiply_by', real(alpha / beta))
        if bias.size == 1:
            x = self.through(x, 'add_constant', real(bias.item()))
        else:
            x = self.through(x, 'shift', bias=bias.reshape(-1))
        return x if beta == 1 else self.through(x, 'multiply_by', real(beta))

    def of_MatMul(self, node, a):
        x, b = self.value(node.input[0]), self.constant(node, 1)
        if b.ndim == 2:
            return self.through(x, 'linear', str(b.shape[1]), 'no_bias', weight=b.T)
        # Several products: rows are positions, columns the channels of a group each.
        groups, inputs, outputs = b.shape
        rows = self.shape(node.input[0])[1]
        x = self.through(self.through(x, 'permute', '0', '2', '1'), 'reshape', '-1', str(rows))
        x = self.through(x, 'conv', str(groups * outputs), '1', f'groups{{{groups}}}', 'no_bias',
                         weight=b.transpose(0, 2, 1).reshape(-1, inputs, 1))
        return self.through(self.through(x, 'reshape', numbers([groups, outputs, rows])), 'permute', '0', '2', '1')

    # ---- windows

    @staticmethod
    def window_padding(a):
        named = {'SAME_UPPER': ['same'], 'SAME_LOWER': ['same_lower'], 'VALID': []}
        return named[a['auto_pad']] if a.get('auto_pad', 'NOTSET') != 'NOTSET' else padding(a.get('pads', [0, 0]))

    def pool(self, node, name, a, options=()):
        window = a['kernel_shape']
        strides = a.get('strides', [1] * len(window))
        stride = [] if strides == window else option('stride', strides, None)
        ceil = ['ceil_mode'] if a.get('ceil_mode') else []
        return self.through(self.value(node.input[0]), name, extent(window), *stride,
                            *option('dilation', a.get('dilations', [1]), 1), *self.window_padding(a), *ceil, *options)

    def of_MaxPool(self, node, a):
        return self.pool(node, 'max_pool', a)

    def of_AveragePool(self, node, a):
        excludes = self.window_padding(a) and not a.get('count_include_pad')
        return self.pool(node, 'avg_pool', a, ['exclude_padding'] if excludes else [])

    def of_Conv(self, node, a):
        weight, bias = self.constant(node, 1), self.constant(node, 2)
        groups, channels = a.get('group', 1), self.shape(node.input[0])[0]
        grouped = ['depthwise'] if groups == channels > 1 else option('groups', [groups], 1)
        return self.through(self.value(node.input[0]), 'conv', str(len(weight)), extent(weight.shape[2:]),
                            *option('stride', a.get('strides', [1]), 1), *option('dilation', a.get('dilations', [1]), 1),
                            *self.window_padding(a), *grouped, *(['no_bias'] if bias is None else []),
                            weight=weight, bias=bias)

    def of_ConvTranspose(self, node, a):
        weight, bias = self.constant(node, 1), self.constant(node, 2)
        kernel, shape = weight.shape[2:], self.shape(node.input[0])[1:]
        ones, groups = [1] * len(kernel), a.get('group', 1)
        strides, dilations = a.get('strides', ones), a.get('dilations', ones)
        extra = a.get('output_padding', [0] * len(kernel))
        if 'output_shape' in a:  # says what the padding is
            total = [s * (i - 1) + e + d * (k - 1) + 1 - o for s, i, e, d, k, o in
                     zip(strides, shape, extra, dilations, kernel, a['output_shape'])]
            a = {**a, 'pads': [t // 2 for t in total] + [t - t // 2 for t in total]}
        return self.through(self.value(node.input[0]), 'conv_transpose', str(weight.shape[1] * groups), extent(kernel),
                            *option('stride', strides, 1), *option('dilation', dilations, 1), *self.window_padding(a),
                            *option('output_padding', extra, 0), *option('groups', [groups], 1),
                            *(['no_bias'] if bias is None else []), weight=weight, bias=bias)

    def of_Pad(self, node, a):
        assert not any(a['pads'][:2]) and not any(a['pads'][len(a['pads']) // 2:][:2])
        half = len(a['pads']) // 2
        fill = [f'fill{{{real(a["value"])}}}'] if a.get('value') else []
        edge = {'constant': fill, 'edge': ['replicate'], 'reflect': ['reflect']}
        return self.through(self.value(node.input[0]), 'pad', *padding(a['pads'][2:half] + a['pads'][half + 2:]),
                            *edge[a['mode']])

    def of_BatchNormalization(self, node, a):
        weight, bias, mean, variance = (self.constant(node, i) for i in range(1, 5))
        return self.through(self.value(node.input[0]), *self.norm('batch_norm', a), weight=weight, bias=bias,
                            running_mean=mean, running_var=variance)

    def of_InstanceNormalization(self, node, a):
        return self.through(self.value(node.input[0]), *self.norm('instance_norm', a), weight=self.constant(node, 1),
                            bias=self.constant(node, 2))

    @staticmethod
    def norm(name, a):
        epsilon = real(a.get('epsilon', 1e-5))
        return [name] if epsilon == real(1e-5) else [f'{name}_with', f'epsilon{{{epsilon}}}']

    def of_MeanVarianceNormalization(self, node, a):
        """Over some axes, which become the positions. ONNX's epsilon, 1e-9 beside the deviation, is nothing here."""
        rank = len(self.shape(node.input[0]))
        axes = a.get('axes', [0, 2, 3])
        order = [i for i in range(rank) if i not in axes] + list(axes)
        x = self.through(self.value(node.input[0]), 'permute', numbers(order))
        x = self.through(x, 'instance_norm_with', 'epsilon{0}', 'no_affine')
        return self.through(x, 'permute', numbers(np.argsort(order)))

    def of_LRN(self, node, a):
        options = [f'{name}{{{real(a[name])}}}' for name, default in (('alpha', 1e-4), ('beta', 0.75), ('bias', 1))
                   if real(a.get(name, default)) != real(default)]
        return self.through(self.value(node.input[0]), 'local_response_norm', str(a['size']), *options)

    # ---- axes

    def axes(self, node, a):
        found = a.get('axes', self.constant(node, 1))
        return None if found is None else [int(i) for i in found]

    def of_Flatten(self, node, a):
        if self.batched or a.get('axis', 1) % len(self.shape(node.input[0])) == 0 and len(self.shape(node.input[0])) > 1:
            return self.through(self.value(node.input[0]), 'flatten')
        return self.through(self.value(node.input[0]), 'reshape', numbers(self.shape(node.output[0])))

    def of_Reshape(self, node, a):
        return self.through(self.value(node.input[0]), 'reshape', numbers(self.constant(node, 1)))

    def of_Unsqueeze(self, node, a):
        return self.through(self.value(node.input[0]), 'reshape', numbers(self.shape(node.output[0])))

    def of_Squeeze(self, node, a):
        batch = 1 if self.batched else 0
        return self.through(self.value(node.input[0]), 'squeeze', numbers(i - batch for i in self.axes(node, a)))

    def of_Transpose(self, node, a):
        order = a.get('perm', range(len(self.shape(node.input[0])))[::-1])
        return self.through(self.value(node.input[0]), 'permute', numbers(order))

    def of_DepthToSpace(self, node, a):
        x, b, (c, h, w) = self.value(node.input[0]), a['blocksize'], self.shape(node.input[0])
        if a.get('mode') == 'CRD':
            return self.through(x, 'pixel_shuffle', str(b))
        x = self.through(x, 'reshape', numbers([b, b, c // b // b, h, w]))
        x = self.through(x, 'permute', '2', '3', '0', '4', '1')
        return self.through(x, 'reshape', numbers([c // b // b, h * b, w * b]))

    def of_SpaceToDepth(self, node, a):
        x, b, (c, h, w) = self.value(node.input[0]), a['blocksize'], self.shape(node.input[0])
        if c == 1:
            return self.through(x, 'pixel_unshuffle', str(b))
        x = self.through(x, 'reshape', numbers([c, h // b, b, w // b, b]))
        x = self.through(x, 'permute', '2', '4', '0', '1', '3')
        return self.through(x, 'reshape', numbers([c * b * b, h // b, w // b]))

    def of_Slice(self, node, a):
        x, rank = self.value(node.input[0]), len(self.shape(node.input[0]))
        if 'starts' in a:
            starts, ends, axes, steps = a['starts'], a['ends'], a.get('axes'), None
        else:
            starts, ends, axes, steps = (self.constant(node, i) for i in range(1, 5))
        axes = range(rank) if axes is None else axes
        for begin, end, axis, step in zip(starts, ends, axes, [1] * len(starts) if steps is None else steps):
            x = self.through(x, 'slice', str(begin), str(end), *([str(step)] if step != 1 else []),
                             *([f'axis{{{axis}}}'] if axis else []))
        return x

    def part(self, node, output):
        """One of the parts of a Split, as a layer."""
        a, sizes = self.attributes(node), [self.shape(o) for o in node.output]
        axis = a.get('axis', 0)
        sizes, which = [s[axis] for s in sizes], list(node.output).index(output)
        on_axis = [f'axis{{{axis}}}'] if axis else []
        if len(set(sizes)) == 1:
            return self.layer('split', str(which), str(len(sizes)), *on_axis)
        return self.layer('slice', str(sum(sizes[:which])), str(sum(sizes[:which + 1])), *on_axis)

    def reduce(self, node, a, pool):
        """Over some axes: they become the positions of a map, which a global pool reduces to one."""
        shape = self.shape(node.input[0])
        axes = [i % len(shape) for i in self.axes(node, a) or range(len(shape))]
        kept = [i for i in range(len(shape)) if i not in axes]
        x, order = self.value(node.input[0]), kept + sorted(axes)
        if order != list(range(len(shape))):
            x = self.through(x, 'permute', numbers(order))
        x = self.through(x, 'reshape', numbers([math.prod(shape[i] for i in kept), -1]))
        x = self.through(x, pool)
        if node.op_type == 'ReduceSum':
            x = self.through(x, 'multiply_by', str(math.prod(shape[i] for i in axes)))
        return self.through(x, 'reshape', numbers(self.shape(node.output[0])))

    def of_ReduceMax(self, node, a):
        return self.reduce(node, a, 'global_max_pool')

    def of_ReduceMean(self, node, a):
        return self.reduce(node, a, 'global_avg_pool')

    def of_ReduceSum(self, node, a):
        return self.reduce(node, a, 'global_avg_pool')

    # ---- resampling

    def of_Upsample(self, node, a):
        scales = self.constant(node, 1) if len(node.input) > 1 else a['scales']
        assert a.get('mode', 'nearest') == 'nearest' and all(s == int(s) for s in scales)
        return self.through(self.value(node.input[0]), 'upsample', extent([int(s) for s in scales[2:]]))

    def of_Resize(self, node, a):
        x, inputs, outputs = self.value(node.input[0]), self.shape(node.input[0])[1:], self.shape(node.output[0])[1:]
        scales, roi = ([float(real(v)) for v in self.constants(node, i)] for i in (2, 1))
        scales = scales[2:] or [o / i for i, o in zip(inputs, outputs)]
        regions = list(zip(roi, roi[len(roi) // 2:]))[2:] or [None] * len(inputs)
        taps = [resampled(a, *axis) for axis in zip(inputs, outputs, scales, regions)]
        whole = [o // i for i, o in zip(inputs, outputs)]
        if all(s * i == o for s, i, o in zip(whole, inputs, outputs)):
            if a.get('mode') == 'linear' and a.get('coordinate_transformation_mode') in ('half_pixel', 'align_corners'):
                corners = ['align_corners'] if a['coordinate_transformation_mode'] == 'align_corners' else []
                return self.through(x, 'upsample', extent(whole), 'bilinear', *corners)
            if all(t == [[(o // s, 1)] for o in range(len(t))] for t, s in zip(taps, whole)):
                return self.through(x, 'upsample', extent(whole))
        for axis, rows in enumerate(taps, 1):
            pieces = [self.piece(piece, axis) for piece in merged([row for row in rows if row])]
            x = x.pipe(pieces[0].within(CALL) if len(pieces) == 1 else
                       f'concat_along<{axis}>({", ".join(p.text for p in pieces)})')
        # What is beyond the edge comes after the rest in these tests.
        beyond = padding([0] * len(taps) + [sum(row is None for row in rows) for rows in taps])
        assert all(not any(rows[sum(row is not None for row in rows):]) for rows in taps)
        return self.through(x, 'pad', *beyond, f'fill{{{real(a["extrapolation_value"])}}}') if beyond else x

    def piece(self, piece, axis):
        """A range of elements along an axis, or a sum of weighted ones."""
        if isinstance(piece, range):
            step = str(piece.step if len(piece) > 1 else 1)
            return Text(self.layer('slice', str(piece.start), str(piece[-1] + 1), step, f'axis{{{axis}}}'), CALL)
        terms = []
        for index, weight in piece:
            one = Text(self.layer('slice', str(index), str(index + 1), '1', f'axis{{{axis}}}'), CALL)
            terms.append(self.through(one, 'multiply_by', real(weight)).within(PRODUCT))
        return Text(' + '.join(terms), SUM)
