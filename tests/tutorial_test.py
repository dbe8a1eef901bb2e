#!/usr/bin/env python3
"""Does what examples/README.md says, in order and in an empty folder, with tenon installed.

    tutorial_test.py BUILD PREFIX MESON_COMMAND...

A fence of shell commands is run. Before a fence may stand what else to do with it: <!-- file: F --> and
<!-- append: F --> write it to F; <!-- shown: F --> must be a part of F; <!-- output --> is what the commands before
printed last, its numbers nearly so; <!-- needs: M --> is run where Python has M; <!-- not run -->.
"""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from installed import install

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
build, prefix, *meson = sys.argv[1:]
FENCE = re.compile(r'(?:<!-- ([^>]*?) -->\n)?^```(\w*)\n(.*?)^```$', re.S | re.M)
NUMBER = re.compile(r'-?\d+(?:\.\d+)?(?:e-?\d+)?')


def run(*command, cwd):
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f'{command[-1]}\n{done.stdout[-3000:]}{done.stderr[-3000:]}')
    return done.stdout


def require(true, *what):
    if not true:
        sys.exit('examples/README.md: ' + '\n'.join(map(str, what)))


def same_text(a, b):
    """The same but for numbers, which differ by little."""
    return NUMBER.sub('#', a) == NUMBER.sub('#', b) and all(
        abs(float(x) - float(y)) <= 2e-4 * (1 + abs(float(y))) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)))


def has(module):
    return importlib.util.find_spec(module) is not None


with tempfile.TemporaryDirectory() as temporary:
    tree = install(build, prefix, meson, temporary)
    os.environ['PATH'] = f'{tree / "bin"}:{os.environ["PATH"]}'
    # One instruction set: what is seen here is that it builds.
    os.environ['CXXFLAGS'] = '-DHWY_COMPILE_ONLY_STATIC'
    folder = pathlib.Path(temporary) / 'work'
    folder.mkdir()
    (folder / 'tenon').symlink_to(ROOT)
    printed, count = '', {}
    for mark, language, text in FENCE.findall((ROOT / 'examples' / 'README.md').read_text()):
        kind, _, what = mark.partition(': ')
        path = folder / what
        kind = kind or 'run'
        if kind == 'file':
            path.write_text(text)
            if language == 'python':
                compile(text, what, 'exec')
        elif kind == 'append':
            require(path.exists(), f'{what} is not there yet')
            path.write_text(path.read_text() + '\n' + text)
        elif kind == 'shown':
            require(text in path.read_text(), f'{what} is not as shown, but', path.read_text())
        elif kind == 'output':
            last = ''.join(printed.splitlines(True)[-text.count('\n'):])
            require(same_text(text, last), 'printed was not what is shown, but', last)
        elif kind == 'needs' and not has(what):
            kind = 'left out'
            if what == 'torch':
                run(sys.executable, HERE / 'tutorial_stand_in.py', ROOT / 'examples' / 'data', folder, cwd=folder)
        elif kind in ('run', 'needs', 'variant'):
            require(language == 'sh', f'a fence of {language or "text"} without a mark', text)
            printed = run('sh', '-eu', '-c', text, cwd=folder)
        else:
            require(kind == 'not run', f'what is <!-- {mark} -->?')
        count[kind] = count.get(kind, 0) + 1
    page = (folder / 'lenet5.html').read_text()
    require('<svg' in page and 'max_pool' in page, 'lenet5.html is no page about the network')
    models = [(folder / name / 'model.hpp').read_text().partition('struct')[2] for name in ('lenet5', 'again')]
    require(models[0] == models[1], 'again is another network', models[1])
    require(count.get('run', 0) >= 7 and count.get('shown') and count.get('output'), 'too little was run', count)
    print(', '.join(f'{n} {kind}' for kind, n in count.items()))
