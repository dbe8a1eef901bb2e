"""The networks of examples/zoo as ONNX files: ONNX's checker takes them, with shapes that it infers itself; tensors have
the names that make_goldens.py gave them; and where ORT_NODE_DIR says where onnxruntime-node is, ONNX Runtime gives what
it gave for the network as it was written a second time in tests/zoo/nets.py.

    zoo_test.py EXPORT_ZOO NAME ...
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'zoo'))
import files  # noqa: E402
import seeded  # noqa: E402

# Both sides are ONNX Runtime with the same operators; tests/zoo/check.cpp allows tenon's own programs 16.
MOST_ROUNDING = 4


def golden(name):
    found = {'value': {}, 'mean': []}
    for line in (HERE.parent / 'zoo' / 'goldens' / f'{name}.txt').read_text().splitlines():
        key, *rest = line.split()
        if key == 'value':
            found['value'][int(rest[0])] = float(rest[1])
        elif key == 'mean':
            found['mean'] += [float(y) for y in rest]
        elif key in ('parameters', 'outputs', 'largest', 'rounding'):
            found[key] = float(rest[0])
    return found


def check(folder, name):
    """The file and its tensors. Gives the shape of the input."""
    model = onnx.load(folder / f'{name}.onnx')
    files.check(model)
    tensors = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer if '/' not in t.name}
    for key, value in tensors.items():
        assert np.array_equal(value, seeded.tensor(key, value.shape)), f'{name}: {key}'
    parameters = sum(v.size for k, v in tensors.items() if not k.endswith(('.running_mean', '.running_var')))
    assert parameters == golden(name)['parameters'], (name, parameters)
    return [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]


def compare(folder, name):
    """How far ONNX Runtime is from the goldens, in units of its rounding."""
    expected = golden(name)
    y = np.fromfile(folder / f'{name}.ort', '<f4').astype(np.float64)
    assert y.size == expected['outputs'], name
    worst = max((abs(y[at] - value) for at, value in expected['value'].items()), default=0)
    parts = len(expected['mean'])
    for i, mean in enumerate(expected['mean']):
        worst = max(worst, abs(y[i * y.size // parts:(i + 1) * y.size // parts].mean() - mean))
    return worst / expected['largest'] / expected['rounding']


def main(program, *names):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for name in names:
            subprocess.run([program, folder, name], check=True)
            shape = check(folder, name)
            said = f'{name}: checked'
            if 'ORT_NODE_DIR' in os.environ:
                seeded.tensor('input', shape[1:]).astype('<f4').tofile(folder / f'{name}.x')
                subprocess.run(['node', HERE / 'onnxruntime.js', folder, name], check=True)
                rounding = compare(folder, name)
                assert rounding <= MOST_ROUNDING, (name, rounding)
                said += f', {rounding:.2g} times the rounding of ONNX Runtime apart'
            print(said, flush=True)
            for file in folder.iterdir():
                file.unlink()


if __name__ == '__main__':
    main(*sys.argv[1:])
