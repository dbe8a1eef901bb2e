#!/usr/bin/env python3
"""A model imported into the build directory: import_model.py TENON MODEL NPZ NAME FOLDER. Writes what `tenon import` writes,
and the arrays of NPZ as .npy files, into FOLDER; FOLDER.stamp says that it is done."""
import pathlib
import subprocess
import sys
import zipfile

tenon, model, arrays, name, folder = sys.argv[1:]
subprocess.run([tenon, 'import', model, '-o', folder, '--name', name], check=True)
if arrays != '-':
    with zipfile.ZipFile(arrays) as archive:
        archive.extractall(folder)
pathlib.Path(folder + '.stamp').touch()
