#!/usr/bin/env python3
"""Layers carry the model's names, and blocks that repeat are said once: a file as PyTorch exports it, whose weights have lost
their names and whose nodes have not. names_test.py TENON MODEL"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

tenon, model = sys.argv[1:]

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([tenon, 'import', model, '-o', folder, '--name', 'net'], check=True)
    text = (pathlib.Path(folder) / 'model.hpp').read_text()
    with open(pathlib.Path(folder) / 'model.safetensors', 'rb') as file:
        names = set(json.loads(file.read(struct.unpack('<Q', file.read(8))[0])))

blocks = [f'layer{stage}.{number}.conv{i}' for stage in (1, 2) for number in (0, 1) for i in (1, 2)]
expected = {f'{layer}.{kind}' for layer in ['conv1', 'fc', *blocks] for kind in ('weight', 'bias')}
assert expected == {n for n in names if not n.startswith(('tenon.', '__'))}, names
assert 'repeat<2, "layer", 1>(' in text and text.count('conv<') == 3, text
assert 'struct Net : tenon::model<' in text, text
