#!/usr/bin/env python3
"""Each public header compiles alone, and twice.

headers_test.py BUILD           flags of tests/language_test.cpp in BUILD/compile_commands.json
headers_test.py --compiler CMD  flags from CMD, for example "clang++-19 -std=c++20 -Iinclude" """
import argparse
import concurrent.futures
import pathlib
import shlex
import subprocess
import sys

from compile_commands import commands_of

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / 'include'
# It defines networks: examples and tests compile it with one.
NEEDS_A_MODEL = ('tenon/instantiate.hpp', 'tenon/instantiate-inl.hpp', 'tenon/units-inl.hpp', 'tenon/embed.hpp')


def check(name, command, directory):
    source = f'#include "{name}"\n#include "{name}"\n'
    run = subprocess.run([*command, '-fsyntax-only', '-x', 'c++', '-'], cwd=directory, input=source, text=True,
                         stderr=subprocess.PIPE, timeout=120)
    return run.stderr if run.returncode or run.stderr else ''


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', nargs='?', help='build directory with compile_commands.json')
    parser.add_argument('--compiler', help='compiler command to use instead')
    options = parser.parse_args()
    if options.compiler:
        command, directory = shlex.split(options.compiler), None
    elif options.build:
        command, directory = commands_of(options.build)[HERE / 'language_test.cpp']
    else:
        parser.error('give BUILD or --compiler')

    names = [str(f.relative_to(INCLUDE)) for f in sorted(INCLUDE.rglob('*.hpp'))]
    names = [name for name in names if name not in NEEDS_A_MODEL]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for name, errors in zip(names, pool.map(lambda n: check(n, command, directory), names)):
            failures += bool(errors)
            print('FAIL' if errors else 'ok  ', name, errors)
    print(f'{len(names)} headers, {failures} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
