"""What the training script of examples/README.md leaves, without PyTorch: the weights that examples/data has from such a
training, as state_dict and as torch.onnx.export writes the same network, the first test image, and PyTorch's scores for
it. Usage: tutorial_stand_in.py EXAMPLE_DATA FOLDER"""
import gzip
import json
import pathlib
import shutil
import struct
import sys

data, folder = map(pathlib.Path, sys.argv[1:])


def varint(n):
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    """A field of a protobuf message: an integer, or bytes with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


# The numbers of fields, types and attributes are those of onnx.proto.
def ints(name, values):
    return field(1, name) + b''.join(field(8, v) for v in values) + field(20, 7)


def integer(name, value):
    return field(1, name) + field(3, value) + field(20, 2)


def node(op, name, inputs, output, *attributes):
    return (b''.join(field(1, i) for i in inputs) + field(2, output) + field(3, name) + field(4, op)
            + b''.join(field(5, a) for a in attributes))


def tensor(name, shape, raw):
    return b''.join(field(1, d) for d in shape) + field(2, 1) + field(8, name) + field(9, raw)


def value(name, shape):
    extents = b''.join(field(1, field(1, d)) for d in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, extents)))


def onnx(weights):
    layers = ['Conv', 'Relu', 'MaxPool', 'Conv', 'Relu', 'MaxPool', 'Flatten', 'Gemm', 'Relu', 'Gemm', 'Relu', 'Gemm']
    graph, last = b'', 'input'
    for i, op in enumerate(layers):
        output = 'output' if i == len(layers) - 1 else f'/{i}/{op}_output_0'
        attributes, inputs = [], [last]
        if op == 'Conv':
            pads = [2 if i == 0 else 0] * 4
            attributes = [ints('dilations', [1, 1]), integer('group', 1), ints('kernel_shape', [5, 5]),
                          ints('pads', pads), ints('strides', [1, 1])]
        elif op == 'MaxPool':
            attributes = [integer('ceil_mode', 0), ints('kernel_shape', [2, 2]), ints('pads', [0] * 4),
                          ints('strides', [2, 2])]
        elif op == 'Flatten':
            attributes = [integer('axis', 1)]
        elif op == 'Gemm':
            attributes = [integer('transB', 1)]
        if op in ('Conv', 'Gemm'):
            inputs += [f'{i}.weight', f'{i}.bias']
        graph += field(1, node(op, f'/{i}/{op}', inputs, output, *attributes))
        last = output
    graph += field(2, 'main_graph') + b''.join(field(5, tensor(*w)) for w in weights)
    graph += field(11, value('input', [1, 1, 28, 28])) + field(12, value('output', [1, 10]))
    return field(1, 8) + field(2, 'pytorch') + field(7, graph) + field(8, field(2, 17))


def write_npy(path, shape, raw):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    header += ' ' * (63 - (10 + len(header)) % 64) + '\n'
    path.write_bytes(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + raw)


trained = data / 'lenet5-fashion.safetensors'
content = trained.read_bytes()
length, = struct.unpack('<Q', content[:8])
weights = []
for name, what in json.loads(content[8:8 + length]).items():
    if name != '__metadata__':
        begin, end = what['data_offsets']
        weights.append((name, what['shape'], content[8 + length:][begin:end]))
(folder / 'lenet5.onnx').write_bytes(onnx(weights))
shutil.copyfile(trained, folder / 'lenet5.safetensors')

pixels = gzip.decompress((data / 'sample-images-idx3-ubyte.gz').read_bytes())[16:16 + 784]
write_npy(folder / 'x.npy', (1, 1, 28, 28), struct.pack('<784f', *[p / 255 for p in pixels]))
scores = (data / 'lenet5-fashion-logits256.npy').read_bytes()
start = 10 + struct.unpack('<H', scores[8:10])[0]
write_npy(folder / 'y.npy', (1, 10), scores[start:start + 40])
