"""Every layer as an ONNX file: ONNX's checker takes it, shapes that ONNX infers are those of tenon, and where ORT_NODE_DIR
says where onnxruntime-node is, ONNX Runtime gives what the reference in double gives, within 1e-5 of the largest output.
Elsewhere the files must be those with which it did: verified.tsv has their SHA-256. With --write it is written anew.

    layers_test.py EXPORT_LAYERS [--write]
"""
import hashlib
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
VERIFIED = HERE / 'verified.tsv'


def digest(model):
    """Of all that is computed: not of who wrote it when."""
    model.ClearField('producer_version')
    return hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest()


def compare(base):
    y, expected = (np.fromfile(base.with_suffix(end), '<f4').astype(np.float64) for end in ('.ort', '.y'))
    if y.size != expected.size:
        return f'{y.size} outputs instead of {expected.size}'
    error = np.abs(y - expected).max() / np.abs(expected).max()
    return '' if error <= TOLERANCE else f'{error:.2g} of the largest output apart'


def main(program, write=''):
    problems, digests = [], {}
    has_runtime = 'ORT_NODE_DIR' in os.environ
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([program, folder], check=True)
        bases = sorted(f.with_suffix('') for f in folder.glob('*.onnx'))
        for base in bases:
            try:
                model = onnx.load(base.with_suffix('.onnx'))
                files.check(model)
                digests[base.name] = digest(model)
            except Exception as problem:
                problems.append(f'{base.name}: {problem}')
        if has_runtime:
            subprocess.run(['node', HERE / 'onnxruntime.js', folder])
            for base in bases:
                if not base.with_suffix('.ort').exists():
                    problems.append(f'{base.name}: ONNX Runtime does not run it')
                elif said := compare(base):
                    problems.append(f'{base.name}: {said}')
    if write == '--write' and has_runtime and not problems:
        VERIFIED.write_text(''.join(f'{name}\t{said}\n' for name, said in sorted(digests.items())))
    verified = dict(line.split('\t') for line in VERIFIED.read_text().splitlines())
    problems += [f'{name}: not the file that ONNX Runtime agreed with' for name in sorted({*digests, *verified})
                 if digests.get(name) != verified.get(name)]
    print('\n'.join(problems))
    print(f'{len(bases)} networks, {len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
