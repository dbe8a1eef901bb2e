#!/usr/bin/env python3
"""tenon installed into a clean prefix and moved elsewhere: projects find it with pkg-config, CMake and Meson.

    install_test.py BUILD PREFIX MESON_COMMAND...
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from installed import install

HERE = pathlib.Path(__file__).resolve().parent
build, prefix, *meson = sys.argv[1:]
# One instruction set: what is built is seen here, not how fast it is.
FLAGS = os.environ['CXXFLAGS'] = '-DHWY_COMPILE_ONLY_STATIC'


def run(*command, cwd=None, status=0):
    done = subprocess.run([str(word) for word in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if done.returncode != status:
        sys.exit(f'{" ".join(map(str, command))}\n{done.stdout[-5000:]}')
    return done.stdout


def project(name):
    folder = pathlib.Path(temporary) / name
    shutil.copytree(HERE / 'install', folder)
    return folder


with tempfile.TemporaryDirectory() as temporary:
    tree = install(build, prefix, meson, temporary)

    headers = {f.relative_to(HERE.parent / 'include') for f in (HERE.parent / 'include').rglob('*.hpp')}
    installed = {f.relative_to(tree / 'include') for f in (tree / 'include').rglob('*') if f.is_file()}
    assert installed == headers, installed ^ headers
    modules = sorted(f.stem for f in tree.rglob('*.pc'))
    assert modules in (['tenon'], ['tenon', 'tenon-onnx']), modules
    for said in [*tree.rglob('*.pc'), *tree.rglob('*.cmake')]:
        for place in (build, str(HERE.parent), prefix):
            assert place not in said.read_text(), f'{said} names {place}'
    if (tree / 'bin' / 'tenon').exists():
        run(tree / 'bin' / 'tenon', '--help')

    # What is installed is found there and nowhere else; what it needs, where it always is.
    for wanted in ['tenon'], modules:
        folder = project('make_' + wanted[-1])
        with_onnx = ' -DWITH_ONNX' if 'tenon-onnx' in wanted else ''
        run('make', f'CXX={os.environ.get("CXX", "c++")}', f'CXXFLAGS={FLAGS}{with_onnx}', 'MODULES=' + ' '.join(wanted),
            cwd=folder)
        run(folder / 'main')

    folder = project('meson')
    run(*meson, 'setup', folder / 'build', folder)
    run(*meson, 'compile', '-C', folder / 'build')
    run(folder / 'build' / 'main')

    if shutil.which('cmake'):
        os.environ['PKG_CONFIG_PATH'] = ''
        for components in ('', 'onnx') if 'tenon-onnx' in modules else ('',):
            folder = project('cmake_' + components)
            run('cmake', '-S', folder, '-B', folder / 'build', f'-DCMAKE_PREFIX_PATH={tree}', f'-DCOMPONENTS={components}')
            run('cmake', '--build', folder / 'build')
            run(folder / 'build' / 'main')
        folder = project('cmake_without')
        said = run('cmake', '-S', folder, '-B', folder / 'build', f'-DCMAKE_PREFIX_PATH={tree}', '-DCOMPONENTS=other',
                   status=1)
        assert 'this tenon has no component other' in said, said
    else:
        print('no cmake here: find_package is not tested')
    print(f'{", ".join(modules)}: {len(headers)} headers')
