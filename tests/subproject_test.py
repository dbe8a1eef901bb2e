#!/usr/bin/env python3
"""Another project uses tenon as a Meson subproject, its weights in the program: subproject_test.py MESON_COMMAND..."""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def weights(weight, bias):
    header = json.dumps({'2.weight': {'dtype': 'F32', 'shape': [1, 1], 'data_offsets': [0, 4]},
                         '2.bias': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}).encode()
    return struct.pack('<Q', len(header)) + header + struct.pack('<2f', weight, bias)


with tempfile.TemporaryDirectory() as folder:
    project = pathlib.Path(folder) / "project"
    shutil.copytree(HERE / "subproject", project)
    tenon = project / "subprojects" / "tenon"
    tenon.mkdir(parents=True)
    for part in ("include", "src", "meson.build"):
        (tenon / part).symlink_to(HERE.parent / part)
    meson = sys.argv[1:] or ["meson"]
    (project / "mean.safetensors").write_bytes(weights(2, 1))
    subprocess.run(meson + ["setup", "build", "-Doptimization=0"], cwd=project, check=True)
    for bias in (1, -0.5):  # a changed file is put in anew
        (project / "mean.safetensors").write_bytes(weights(2, bias))
        subprocess.run(meson + ["compile", "-C", "build"], cwd=project, check=True)
        run = subprocess.run(["build/main"], cwd=project, check=True, capture_output=True, text=True)
        assert run.stdout == f"{15 + bias:g}\n", run
