"""tenon installed from its build into a folder, moved elsewhere, and found there by pkg-config."""
import os
import pathlib
import subprocess
import sys


def install(build, prefix, meson, folder):
    """Returns the tree in which bin, include and the libraries are."""
    stage, tree = pathlib.Path(folder) / 'stage', pathlib.Path(folder) / 'place'
    done = subprocess.run([*meson, 'install', '-C', build, '--no-rebuild', '--destdir', str(stage)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-3000:])
    (stage / prefix.lstrip('/')).rename(tree)
    os.environ['PKG_CONFIG_PATH'] = ':'.join(str(f.parent) for f in tree.rglob('tenon.pc'))
    return tree
