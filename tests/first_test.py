#!/usr/bin/env python3
"""The first program: first_test.py PROGRAM DATA

It names the class of the first picture as the label beside it does; what it cannot read it refuses in one line."""
import gzip
import pathlib
import subprocess
import sys

program, data = map(pathlib.Path, sys.argv[1:])
WEIGHTS, IMAGES = data / 'lenet5-fashion.safetensors', data / 'sample-images-idx3-ubyte.gz'


def run(*args):
    return subprocess.run([program, *args], capture_output=True, text=True)


label = gzip.decompress((data / 'sample-labels-idx1-ubyte.gz').read_bytes())[8]
assert run(WEIGHTS, IMAGES).stdout == f'class {label}\n', (label, run(WEIGHTS, IMAGES))
for args in ([], [IMAGES, IMAGES], [WEIGHTS, WEIGHTS], [WEIGHTS, data / 'none']):
    refused = run(*args)
    assert refused.returncode == 1 and not refused.stdout, refused
    assert refused.stderr.startswith('error: ') and refused.stderr.count('\n') == 1, refused
