#!/usr/bin/env python3
"""Must-not-compile tests: every tests/no_compile/*.cpp compiles without a word, and with -DMUST_FAIL gives exactly one
error, whose text has every `// EXPECT:` of the file, and on GCC no more than 12 lines in all. Every entry of the catalogue
in diagnostic.hpp has a file that names it with `// RULE:`, and what such a file expects is that entry's sentence.

run.py BUILD            flags of tests/language_test.cpp in BUILD/compile_commands.json
run.py --compiler CMD   flags from CMD, for example "clang++-19 -std=c++26 -Iinclude"
"""
import argparse
import concurrent.futures
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from compile_commands import commands_of  # noqa: E402

CATALOGUE = HERE.parent.parent / 'include' / 'tenon' / 'diagnostic.hpp'
MAX_GCC_LINES = 12


def compile_file(file, command, directory, *flags):
    return subprocess.run([*command, '-fsyntax-only', *flags, str(file)], cwd=directory, text=True,
                          stderr=subprocess.PIPE, timeout=120)


HEADER = '#include "tenon/model.hpp"'


def compiled_header(command, directory, folder):
    """Flags that take HEADER, all that nearly every file includes, from one compilation: half of their time and more."""
    header = pathlib.Path(folder) / 'model.hpp'
    header.write_text(HEADER + '\n')
    subprocess.run([*command, '-x', 'c++-header', str(header), '-o', f'{header}.gch'], cwd=directory, check=True)
    return ['-include', str(header)]


def wrong_right_models(files, command, directory, folder):
    """What the compiler says of the right models: of all in one file, but for those of files that instantiate theirs."""
    together = pathlib.Path(folder) / 'right_models.cpp'
    alone = [file for file in files if '"tenon/instantiate.hpp"' in file.read_text()]
    together.write_text(''.join(f'#include "{file}"\n' for file in files if file not in alone))
    runs = [compile_file(file, command, directory) for file in [together, *alone]]
    return ''.join(run.stderr or 'no reason given' for run in runs if run.returncode or run.stderr)


def first_error(stderr):
    """The line of the first error; Clang's pieces of a sentence are joined."""
    line = next((line for line in stderr.splitlines() if 'error:' in line), '')
    pieces = re.findall(r'text<\d+>\{"((?:[^"\\]|\\.)*)"\}', line)
    if pieces:
        line = ''.join(pieces)
    return line.replace('\\"', '"')


def check(file, command, directory, header):
    """What is wrong with one test; empty if nothing is."""
    problems = []
    text = file.read_text()
    expected = re.findall(r'^// EXPECT: (.*)$', text, re.M)
    if not expected:
        problems.append('has no EXPECT line')
    wrong = compile_file(file, command, directory, '-DMUST_FAIL', *(header if re.findall(r'^#include.*', text, re.M) == [HEADER] else []))
    lines, errors = wrong.stderr.splitlines(), wrong.stderr.count('error:')
    if wrong.returncode == 0:
        problems.append('compiles')
    if errors != 1:
        problems.append(f'{errors} errors, expected one')
    error = first_error(wrong.stderr)
    problems += [f'the first error lacks "{text}"' for text in expected if text not in error]
    is_gcc = 'In instantiation of' in wrong.stderr
    if is_gcc and len(lines) > MAX_GCC_LINES:
        problems.append(f'{len(lines)} lines of errors, at most {MAX_GCC_LINES}')
    return problems + ['\n' + wrong.stderr] if problems else []


def catalogue():
    """The sentence of each rule, as a pattern: a place {0} stands for any words."""
    entry = re.compile(r'\{rule::(\w+), "(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')
    patterns = {}
    for rule, name, literals in entry.findall(CATALOGUE.read_text()):
        sentence = ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace('\\"', '"')
        parts = re.split(r'\{\d\}', sentence)
        patterns[name] = re.compile('tenon: (.*: )?' + '.*'.join(map(re.escape, parts))) if rule == name else None
    return patterns


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', nargs='?', help='build directory with compile_commands.json')
    parser.add_argument('--compiler', help='compiler command to use instead')
    parser.add_argument('--only', default='', help='files whose name contains this')
    options = parser.parse_args()
    files = sorted(f for f in HERE.glob('*.cpp') if options.only in f.name)
    if options.compiler:
        command, directory = shlex.split(options.compiler), None
    elif options.build:
        command, directory = commands_of(options.build)[HERE.parent / 'language_test.cpp']
    else:
        parser.error('give BUILD or --compiler')

    failures = 0
    rules = catalogue()
    named = set()
    for file in files:
        text = file.read_text()
        for rule in re.findall(r'^// RULE: (\w+)$', text, re.M):
            named.add(rule)
            expected = re.findall(r'^// EXPECT: (.*)$', text, re.M)
            if not rules.get(rule) or not any(rules[rule].fullmatch(sentence) for sentence in expected):
                print(f'FAIL {file.name}: what it expects is not the sentence of {rule}')
                failures += 1
    missing = rules.keys() - named
    if not rules or None in rules.values() or (missing and not options.only):
        print(f'FAIL catalogue: {len(rules)} entries, without a test: {sorted(missing)}')
        failures += 1

    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        header = compiled_header(command, directory, folder)
        right = pool.submit(wrong_right_models, files, command, directory, folder)
        for file, problems in zip(files, pool.map(lambda file: check(file, command, directory, header), files)):
            failures += bool(problems)
            print('FAIL' if problems else 'ok  ', file.name, '; '.join(problems))
        if right.result():
            print('FAIL right models:', right.result())
            failures += 1
    print(f'{len(files)} files, {len(rules)} rules, {failures} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
