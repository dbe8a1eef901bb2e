#!/usr/bin/env python3
"""Another project uses tenon as a Meson subproject: subproject_test.py MESON_COMMAND..."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

with tempfile.TemporaryDirectory() as folder:
    project = pathlib.Path(folder) / "project"
    shutil.copytree(HERE / "subproject", project)
    tenon = project / "subprojects" / "tenon"
    tenon.mkdir(parents=True)
    for part in ("include", "src", "meson.build"):
        (tenon / part).symlink_to(HERE.parent / part)
    meson = sys.argv[1:] or ["meson"]
    for command in (meson + ["setup", "build"], meson + ["compile", "-C", "build"], ["build/main"]):
        subprocess.run(command, cwd=project, check=True)
