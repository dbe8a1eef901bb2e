"""`tenon import` on files that ask for much with few bytes: refused with sentences, in seconds and gigabytes, and nothing is
written. Needs python3-onnx, and exits with 77 where it is not. Usage: bombs_test.py TENON [NAME...]"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

try:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper
except ImportError:
    print('skipped: python3-onnx is not here')
    sys.exit(77)

TENON = os.path.abspath(sys.argv[1])
MOST_SECONDS, MOST_KILOBYTES = 20, 3000000  # of a machine that does something else, too


def ints(*values, name='shape'):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def floats(values, name):
    return numpy_helper.from_array(np.asarray(values, np.float32), name)


def model(nodes, initializers=(), shape=(1, 3, 8, 8), inputs=('x',)):
    graph = helper.make_graph(
        nodes, 'g', [helper.make_tensor_value_info(i, TensorProto.FLOAT, shape) for i in inputs],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, None)], list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)]).SerializeToString()


def node(op, inputs, output='y', **attributes):
    return helper.make_node(op, inputs, [output], **attributes)


def chain(op, count, **attributes):
    names = ['x', *(f'v{i}' for i in range(count - 1)), 'y']
    return [node(op, [a], b, **attributes) for a, b in zip(names, names[1:])]


def claim(*dims):
    """A tensor of these extents with one element."""
    tensor = floats([1], 'w')
    del tensor.dims[:]
    tensor.dims.extend(dims)
    return tensor


def constants(count, extent):
    """Tensors of zeros that are added up."""
    made = [node('ConstantOfShape', ['shape'], f'c{i}') for i in range(count)]
    return model([*made, node('Sum', ['x', *(f'c{i}' for i in range(count))])], [ints(extent)])


def nested(count):
    """Each layer is joined with the one before it."""
    nodes = [node('Relu', ['x'], 'v0')]
    nodes += [node('Add', [f'v{i}', f'v{i // 2}'], f'v{i + 1}') for i in range(count)]
    return model([*nodes, node('Relu', [f'v{count}'])])


def turned(count):
    """Permutations with something between them."""
    nodes, last = [], 'x'
    for i in range(count):
        nodes += [node('Transpose', [last], f't{i}', perm=[0, 2, 3, 1]), node('Relu', [f't{i}'], f'r{i}')]
        last = f'r{i}'
    return model([*nodes, node('Relu', [last])])


def concatenated(count):
    nodes, names = [], ['x']
    for i in range(count):
        nodes.append(node('Concat', [*names, 'x'], f'c{i}', axis=1))
        names.append('x')
    return model([*nodes, node('Relu', [f'c{count - 1}'])])


WIDE = (1, 1, 8192, 8192)  # 2^26 elements
BOMBS = {
    'a weight of 2^62 elements': model([node('Mul', ['x', 'w'])], [claim(1 << 31, 1 << 31)]),
    'a weight of 2^64 elements': model([node('Mul', ['x', 'w'])], [claim(1 << 32, 1 << 32)]),
    'a weight of 2^29 elements, one there': model([node('Mul', ['x', 'w'])], [claim(1 << 29)]),
    'a negative extent': model([node('Mul', ['x', 'w'])], [claim(-1)]),
    'an input of 2^40 elements': model([node('Relu', ['x'])], shape=(1, 1 << 20, 1 << 20)),
    'ConstantOfShape of 2^27': constants(1, 1 << 27),
    'ConstantOfShape of 2^28': constants(1, 1 << 28),
    'ConstantOfShape of 2^26, a hundred times': constants(100, 1 << 26),
    'Expand of a constant': model([node('Expand', ['w', 'shape'], 'c'), node('Add', ['x', 'c'])],
                                  [floats([1], 'w'), ints(1, 1, 1 << 13, 1 << 14)]),
    'Expand of the input': model([node('Expand', ['x', 'shape'])], [ints(1, 1, 1 << 16, 1 << 16)], (1, 1, 1, 1)),
    'Pad to 2^40': model([node('Pad', ['x', 'shape'])], [ints(0, 0, 1 << 20, 1 << 20, 0, 0, 0, 0)]),
    'Pad beyond what is whole': model([node('Pad', ['x', 'shape'])], [ints(0, 0, 1 << 62, 1 << 62, 0, 0, 1 << 62, 0)]),
    'Resize to 2^40': model([node('Resize', ['x', '', '', 'shape'])], [ints(1, 3, 1 << 20, 1 << 20)]),
    'Resize to rows of odd numbers': model([node('Resize', ['x', '', '', 'shape'], mode='linear')],
                                           [ints(1, 3, 9973, 9967)]),
    'Resize by NaN': model([node('Resize', ['x', '', 'w'])], [floats([1, 1, np.nan, np.inf], 'w')]),
    'ConvTranspose with long strides': model([node('ConvTranspose', ['x', 'w'], strides=[65536, 65536])],
                                             [floats(np.ones((3, 1, 1, 1)), 'w')]),
    'ConvTranspose with an output_shape': model(
        [node('ConvTranspose', ['x', 'w'], output_shape=[1 << 62, 1 << 62], strides=[1 << 62, 1])],
        [floats(np.ones((3, 1, 1, 1)), 'w')]),
    'Conv with pads of 65536': model([node('Conv', ['x', 'w'], pads=[65536] * 4)], [floats(np.ones((64, 3, 1, 1)), 'w')]),
    'Conv of constants': model(
        [node('ConstantOfShape', ['shape'], 'c'), node('ConstantOfShape', ['kernel'], 'k'),
         node('Conv', ['c', 'k'], 'd', pads=[255] * 4), node('Add', ['x', 'd'])],
        [ints(1, 4, 2048, 2048), ints(4, 4, 512, 512, name='kernel')]),
    'MaxPool of constants': model(
        [node('ConstantOfShape', ['shape'], 'c'),
         node('MaxPool', ['c'], 'd', kernel_shape=[2048, 2048], pads=[1024] * 4), node('Add', ['x', 'd'])],
        [ints(1, 1, 4096, 4096)]),
    'MatMul of constants': model(
        [node('ConstantOfShape', ['shape'], 'c'), node('MatMul', ['c', 'c'], 'd'), node('Add', ['x', 'd'])],
        [ints(8192, 8192)]),
    'a reduction, many times': model(
        [node('ConstantOfShape', ['shape'], 'c'),
         *(node('ReduceMax', ['c'], f'r{i}', keepdims=0) for i in range(2000)),
         node('Sum', ['x', *(f'r{i}' for i in range(2000))])], [ints(1 << 26)]),
    'Range to 2^60': model([node('Range', ['a', 'b', 'c'], 'r'), node('Add', ['x', 'r'])],
                           [floats(0, 'a'), floats(2.0 ** 60, 'b'), floats(1, 'c')]),
    'constants repeated to the input': model(
        [node('Add', ['x' if i == 0 else f'v{i}', 'w'], 'y' if i == 19 else f'v{i + 1}') for i in range(20)],
        [floats(np.arange(8192), 'w')], WIDE),
    'a long self-test': model([node('Relu', ['x'], 'a'), node('Sigmoid', ['x'], 'b'), node('Tanh', ['x'], 'c'),
                               node('Sum', ['a', 'b', 'c'])], shape=WIDE),
    'many operands': model([node('Sum', ['x'] * 200000)]),
    'many concatenated': model([node('Concat', ['x'] * 50000, axis=1)]),
    'many parts': model([helper.make_node('Split', ['x'], ['y', *(f'p{i}' for i in range(100000))], axis=1)]),
    'a million nodes': model(chain('Relu', 1000000)),
    'a chain of 60000 layers': model(chain('Relu', 60000)),
    'a chain of 8000 layers': model(chain('Relu', 8000)),
    'a chain of 2000 layers': model(chain('Relu', 2000)),
    'joins of joins': model([node('Add', ['x' if i == 0 else f'v{i}'] * 2, 'y' if i == 2999 else f'v{i + 1}')
                             for i in range(3000)]),
    'nested joins': nested(3000),
    'permutations': turned(3000),
    'concatenations': concatenated(1200),
    'many axes': model([node('Reshape', ['x', 'shape'])], [ints(*[1] * 100000, 192)]),
    'Unsqueeze to many axes': model([node('Unsqueeze', ['x', 'shape'])], [ints(*range(100000))]),
    'Transpose by what is no order': model([node('Transpose', ['x'], perm=[0, 1, 2, 1 << 62])]),
    'an index out of range': model([node('Gather', ['x', 'shape'], axis=1)], [ints(1 << 62)]),
    'groups that do not divide': model([node('Conv', ['x', 'w'], group=-(1 << 63))], [floats(np.ones((4, 3, 1, 1)), 'w')]),
    'a block of 2^62': model([node('DepthToSpace', ['x'], blocksize=1 << 62)]),
    'a window of none': model([node('MaxPool', ['x'], kernel_shape=[0, 0])]),
    'steps of -2^63': model([node('Slice', ['x', 'a', 'b', 'c', 'd'])],
                            [ints(0, name='a'), ints(-(1 << 63), name='b'), ints(1, name='c'), ints(-(1 << 63), name='d')]),
}
# These are no more than they seem: they may be imported, as quickly.
HARMLESS = {
    'a chain of 60000 identities': model(chain('Identity', 60000)),
    'a chain of 1000 layers': model(chain('Relu', 1000)),
    'nested joins, 400': nested(400),
    'permutations, 200': turned(200),
    'concatenations, 100': concatenated(100),
}


def run(content, folder):
    """Exit status, what it says, whether something was written, seconds."""
    (folder / 'm.onnx').write_bytes(content)
    begin = time.monotonic()
    done = subprocess.run(['sh', '-c', f'ulimit -v {MOST_KILOBYTES}; exec "$0" import m.onnx -o out', TENON], cwd=folder,
                          capture_output=True, text=True, errors='replace', timeout=10 * MOST_SECONDS)
    return done.returncode, done.stderr, (folder / 'out').exists(), time.monotonic() - begin


bad = 0
for name, content in (BOMBS | HARMLESS).items():
    if sys.argv[2:] and name not in sys.argv[2:]:
        continue
    with tempfile.TemporaryDirectory() as folder:
        status, said, written, seconds = run(content, pathlib.Path(folder))
    right = status == 1 and said and not written or name in HARMLESS and status == 0 and written
    right = right and seconds <= MOST_SECONDS and 'memory' not in said
    bad += not right
    first = said.splitlines()[0].split('m.onnx: ')[-1] if said else 'imported'
    print('' if right else 'WRONG', f'{name} ({len(content)} bytes): {status}, {seconds:.1f} s: {first[:150]}')
sys.exit(1 if bad else 0)
