#!/usr/bin/env python3
"""examples/weights.cpp: weights_test.py PROGRAM WEIGHTS; what it writes is read again and says what it is."""
import json
import pathlib
import subprocess
import sys
import tempfile

program, weights = sys.argv[1:]
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / 'new.safetensors'
    run = subprocess.run([program, weights, path], capture_output=True, text=True)
    lines = run.stdout.splitlines()
    assert run.returncode == 0 and lines[0] == 'equal', run
    assert lines[1] == f'weight file "{path}": the renames do not fit the file (4 problems)', run
    content = path.read_bytes()
    header = json.loads(content[8:8 + int.from_bytes(content[:8], 'little')])
    assert len(header['__metadata__']['tenon.architecture']) == 16
    assert header['tenon.self_test.input.0']['shape'] == [1, 28, 28]
    assert header['tenon.self_test.output.0']['shape'] == [10]
