"""Every layer as an ONNX file: ONNX's checker takes it, shapes that ONNX infers are those of tenon, and where ORT_NODE_DIR
says where onnxruntime-node is, ONNX Runtime gives what the reference in double gives, within 1e-5 of the largest output.

    layers_test.py EXPORT_LAYERS
"""
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import files

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-5


def compare(base):
    y, expected = (np.fromfile(base.with_suffix(end), '<f4').astype(np.float64) for end in ('.ort', '.y'))
    if y.size != expected.size:
        return f'{y.size} outputs instead of {expected.size}'
    error = np.abs(y - expected).max() / np.abs(expected).max()
    return '' if error <= TOLERANCE else f'{error:.2g} of the largest output apart'


def main(program):
    problems = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([program, folder], check=True)
        bases = sorted(f.with_suffix('') for f in folder.glob('*.onnx'))
        for base in bases:
            try:
                files.check(onnx.load(base.with_suffix('.onnx')))
            except Exception as problem:
                problems.append(f'{base.name}: {problem}')
        if 'ORT_NODE_DIR' in os.environ:
            subprocess.run(['node', HERE / 'onnxruntime.js', folder])
            for base in bases:
                if not base.with_suffix('.ort').exists():
                    problems.append(f'{base.name}: ONNX Runtime does not run it')
                elif said := compare(base):
                    problems.append(f'{base.name}: {said}')
    print('\n'.join(problems))
    print(f'{len(bases)} networks, {len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
