#!/usr/bin/env python3
"""ONNX's own backend tests as tests of tenon: the tests that onnx_tests.tsv lists, read from the package
libonnx-testdata, become networks (*.cpp) and their tensors (tensors.safetensors.gz). Needs python3-onnx.

  generate.py           writes them
  generate.py --check   compares them with what is here; exits with 77 where the package or its version is not there
  generate.py --list    how many tests of each operator are mapped, and why the others are not
"""
import collections
import gzip
import json
import pathlib
import re
import struct
import sys
import textwrap

sys.dont_write_bytecode = True

HERE = pathlib.Path(__file__).resolve().parent
DATA = pathlib.Path('/usr/share/libonnx-testdata/data')
VERSION = '1.12.0'  # other versions have other tensors
TENSORS = 'tensors.safetensors.gz'
SKIPPED = 77
WIDTH = 110
GLUE = '\0'  # a space where no line ends

# Which operators share a file, so that none takes long to compile.
FILES = {
    'activation_a-h': ('Celu', 'Clip', 'Elu', 'Erf', 'Exp', 'HardSigmoid', 'HardSwish'),
    'activation_l-z': ('LeakyRelu', 'PRelu', 'Relu', 'Selu', 'Sigmoid', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'),
    'arithmetic': ('Add', 'Constant', 'Div', 'Dropout', 'Identity', 'Max', 'Mul', 'Sub', 'Sum'),
    'average_pool': ('AveragePool', 'GlobalAveragePool'),
    'composite': ('composite',),
    'concat': ('Concat', 'Split'),
    'conv': ('Conv',),
    'conv_transpose': ('ConvTranspose', 'Pad'),
    'expanded': ('expanded',),
    'matrix': ('Gemm', 'MatMul'),
    'max_pool': ('GlobalMaxPool', 'MaxPool'),
    'normalisation': ('BatchNormalization', 'InstanceNormalization', 'LRN', 'MeanVarianceNormalization'),
    'reduce': ('DepthToSpace', 'ReduceMean', 'Slice', 'SpaceToDepth'),
    'reshape': ('Flatten', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze'),
    'resize': ('Resize', 'Upsample'),
    'softmax': ('LogSoftmax', 'Softmax'),
}

# Tests of the tier `ext` that are not mapped, and why.
CUBIC = 'upsample is nearest or linear: there is no cubic interpolation'
NOT_MAPPED = {
    'test_constant': 'a network has an input; a constant by itself is no network',
    'test_erf': 'the error function by itself is no layer',
    'test_resize_upsample_scales_cubic_A_n0p5_exclude_outside': CUBIC,
    'test_resize_upsample_scales_cubic_align_corners': CUBIC,
    'test_resize_upsample_scales_cubic_asymmetric': CUBIC,
    'test_resize_upsample_sizes_cubic': CUBIC,
    'test_slice_start_out_of_bounds': 'its output has no elements, and a feature map has at least one',
}

Row = collections.namedtuple('Row', 'tier op folder test')


def rows():
    lines = (HERE / 'onnx_tests.tsv').read_text().splitlines()
    return [Row(*line.split('\t')) for line in lines if not line.startswith('#')]


class Network:
    """A test as a model and its tensors."""

    def __init__(self, row):
        import numpy as np
        import onnx
        from onnx import numpy_helper

        from expression import Expression

        def tensor(path):
            proto = onnx.TensorProto()
            proto.ParseFromString(path.read_bytes())
            return numpy_helper.to_array(proto)

        folder = DATA / row.folder / row.test
        model = onnx.load(folder / 'model.onnx')
        sets = sorted(folder.glob('test_data_set_*'))
        assert len(sets) == 1, folder
        values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        for i, given in enumerate(model.graph.input):
            path = sets[0] / f'input_{i}.pb'
            if path.exists():
                values[given.name] = tensor(path)
        self.row = row
        self.expression = Expression(model, values)
        self.tensors = {f'in/{i}': values[name] for i, name in enumerate(self.expression.inputs)}
        self.tensors |= {f'out/{i}': tensor(sets[0] / f'output_{i}.pb') for i in range(len(model.graph.output))}
        for name, value in self.tensors.items():
            assert value.dtype == np.float32, (row.test, name)
        self.tensors |= {f'parameter/{name}': value for name, value in self.expression.parameters.items()}

    @property
    def title(self):
        return f'{self.row.folder}/{self.row.test}'

    def declaration(self):
        text = wrap(unbroken(self.expression.text.text + '> {'), WIDTH, '    ').replace(GLUE, ' ')
        return '\n'.join([f'struct {self.row.test} : tenon::model<', text,
                          f'  static constexpr auto title = "{self.title}";', '};'])


def wrap(text, width, indent, hanging=''):
    return '\n'.join(textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + hanging,
                                   break_long_words=False, break_on_hyphens=False))


def unbroken(text):
    """A line ends behind an operator or between branches, not within the arguments of a layer."""
    depth, out = 0, []
    for i, c in enumerate(text):
        depth += (c == '<') - (c == '>' and depth > 0)
        out.append(GLUE if c == ' ' and (depth > 0 or text[i + 1] in '|+-*{') else c)
    return ''.join(out)


def source(name, networks):
    text = '\n\n'.join(n.declaration() for n in networks)
    bounds = [f'using onnx::{bound};' for bound in ('highest', 'lowest') if f'{bound}>' in text or f'{bound},' in text]
    names = wrap(', '.join(n.row.test for n in networks), WIDTH - 4, '  ').replace('\n', ' \\\n')
    return '\n'.join([
        "// Generated by tests/onnx/generate.py from ONNX's backend tests. Do not edit.",
        '// clang-format off',
        '#include "run.hpp"',
        '',
        'namespace {',
        '',
        'using namespace tenon::layers;',
        *bounds,
        '',
        text,
        '',
        '}  // namespace',
        '',
        '#define TENON_MODEL \\',
        names,
        '#include <tenon/instantiate.hpp>',
        '',
        f'TEST_CASE("ONNX: {name}", "[onnx]") {{',
        '  onnx::check_all<TENON_MODEL>();',
        '}',
        ''])


def safetensors(networks):
    """All tensors in one file; one that was there before is an alias in its metadata."""
    header, aliases, known, chunks, at = {}, {}, {}, [], 0
    for network in networks:
        for name, value in network.tensors.items():
            data = value.astype('<f4').tobytes()
            full, key = f'{network.title}/{name}', (value.shape, data)
            if known.setdefault(key, full) != full:
                aliases[full] = known[key]
                continue
            header[full] = {'dtype': 'F32', 'shape': list(value.shape), 'data_offsets': [at, at + len(data)]}
            chunks.append(data)
            at += len(data)
    text = json.dumps({'__metadata__': aliases, **header}, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + b''.join(chunks)


def generate():
    """The files by name."""
    networks = [Network(row) for row in rows() if row.test not in NOT_MAPPED]
    file_of = {op: name for name, ops in FILES.items() for op in ops}
    files = {f'{name}.cpp': source(name.replace('_', ' '), [n for n in networks if file_of[n.row.op] == name])
             for name in FILES}
    return files | {TENSORS: safetensors(networks)}


def missing():
    """What is not there, or an empty string."""
    if not DATA.is_dir():
        return 'libonnx-testdata is not installed'
    try:
        import numpy
        import onnx
    except ImportError as error:
        return str(error)
    return '' if onnx.__version__ == VERSION else f'ONNX is {onnx.__version__}, and the tests are those of {VERSION}'


def is_as(path, content):
    """Compressed bytes depend on the version of zlib."""
    if not path.exists():
        return False
    return content == (path.read_text() if isinstance(content, str) else gzip.decompress(path.read_bytes()))


def show_list():
    listed = rows()
    for tier in ('core', 'ext'):
        of_tier = [row for row in listed if row.tier == tier]
        print(f'{tier}: {sum(row.test not in NOT_MAPPED for row in of_tier)} of {len(of_tier)} tests are mapped')
        for op in dict.fromkeys(row.op for row in of_tier):
            tests = [row.test for row in of_tier if row.op == op]
            print(f'  {op:26}{sum(test not in NOT_MAPPED for test in tests)} of {len(tests)}')
            for test in tests:
                if test in NOT_MAPPED:
                    print(f'    {test}: {NOT_MAPPED[test]}')


def main(arguments):
    tiers = {row.test: row.tier for row in rows()}
    wrong = [test for test in NOT_MAPPED if tiers.get(test) != 'ext']
    if wrong:
        sys.exit(f'error: only tests of the tier ext may be left out, not {", ".join(wrong)}')
    if '--list' in arguments:
        return show_list()
    texts = ''.join(path.read_text() for path in HERE.glob('*.cpp'))
    unseen = [row.test for row in rows() if row.test not in NOT_MAPPED and f'"{row.folder}/{row.test}"' not in texts]
    if unseen and '--check' in arguments:
        sys.exit(f'error: no network is made of {", ".join(unseen)}; run generate.py')
    lack = missing()
    if lack:
        print(lack)
        sys.exit(SKIPPED if '--check' in arguments else 1)
    files = generate()
    if '--check' not in arguments:
        for name, content in files.items():
            path = HERE / name
            path.write_text(content) if isinstance(content, str) else path.write_bytes(gzip.compress(content, 9, mtime=0))
        return print(f'{len(files)} files written')
    stale = [name for name, content in files.items() if not is_as(HERE / name, content)]
    stale += [path.name for path in HERE.glob('*.cpp') if 'Generated by' in path.read_text()[:20] and path.name not in files]
    for name in stale:
        print(f'error: tests/onnx/{name} is not what generate.py makes; run it', file=sys.stderr)
    print(f'{len(files)} files compared')
    sys.exit(1 if stale else 0)


if __name__ == '__main__':
    main(sys.argv[1:])
