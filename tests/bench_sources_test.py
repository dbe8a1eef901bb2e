#!/usr/bin/env python3
"""The sources of the benchmarks, which nothing builds by default, are still C++ that agrees with the library:

bench_sources_test.py BUILD    flags from BUILD/compile_commands.json

Each is compiled once, without code and for one instruction set; the one of networks with the network CHEAPEST."""
import concurrent.futures
import pathlib
import subprocess
import sys

from compile_commands import commands_of

BENCH = pathlib.Path(__file__).resolve().parent.parent / 'bench'
CHEAPEST = 'network_lenet5.'
FLAGS = ('-O0', '-fsyntax-only', '-DHWY_COMPILE_ONLY_STATIC')


def check(file, command, directory):
    run = subprocess.run([*command, *FLAGS, str(file)], cwd=directory, text=True, stderr=subprocess.PIPE, timeout=300)
    return run.stderr or ('no reason given' if run.returncode else '')


def main():
    commands = {file: how for file, how in commands_of(sys.argv[1], CHEAPEST).items() if file.parent == BENCH}
    # Those that stand for a library that is here need no flags of their own.
    for file in BENCH.glob('no_*.cpp'):
        commands.setdefault(file, commands[BENCH / 'harness.cpp'])
    left_out = {file.name for file in BENCH.glob('*.cpp')} - {file.name for file in commands}
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for file, errors in zip(commands, pool.map(lambda file: check(file, *commands[file]), commands)):
            failures += bool(errors)
            print('FAIL' if errors else 'ok  ', file.name, errors)
    for name in sorted(left_out):
        peer = (BENCH / f'no_{name}').exists()  # a library that is not here
        failures += not peer
        print('none' if peer else 'FAIL', name, 'is not in the build')
    print(f'{len(commands)} sources, {failures} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
