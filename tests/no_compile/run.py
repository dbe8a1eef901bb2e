#!/usr/bin/env python3
"""Must-not-compile tests: every tests/no_compile/*.cpp, compiled as the build compiles it and with -DMUST_FAIL, gives
exactly one error, whose text has every `// EXPECT:` of the file, and on GCC no more than 12 lines in all. Every entry of
the catalogue in diagnostic.hpp has a file that names it with `// RULE:`, and what such a file expects is that entry's
sentence.

run.py BUILD            flags from BUILD/compile_commands.json, where these files are an ordinary target
run.py --compiler CMD   flags from CMD, for example "clang++-19 -std=c++26 -Iinclude"; the right models are compiled too
"""
import argparse
import concurrent.futures
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from compile_commands import commands_of  # noqa: E402

CATALOGUE = HERE.parent.parent / 'include' / 'tenon' / 'diagnostic.hpp'
MAX_GCC_LINES = 12


def compile_file(file, command, directory, *flags):
    return subprocess.run([*command, '-fsyntax-only', *flags, str(file)], cwd=directory, text=True,
                          stderr=subprocess.PIPE, timeout=120)


def first_error(stderr):
    """The line of the first error; Clang's pieces of a sentence are joined."""
    line = next((line for line in stderr.splitlines() if 'error:' in line), '')
    pieces = re.findall(r'text<\d+>\{"((?:[^"\\]|\\.)*)"\}', line)
    if pieces:
        line = ''.join(pieces)
    return line.replace('\\"', '"')


def check(file, command, directory, also_right):
    """What is wrong with one test; empty if nothing is."""
    problems = []
    expected = re.findall(r'^// EXPECT: (.*)$', file.read_text(), re.M)
    if not expected:
        problems.append('has no EXPECT line')
    if also_right:
        right = compile_file(file, command, directory)
        if right.returncode != 0 or right.stderr:
            problems.append('without MUST_FAIL: ' + right.stderr)
    wrong = compile_file(file, command, directory, '-DMUST_FAIL')
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
    parser.add_argument('--list', action='store_true', help='print the names of the files and stop')
    parser.add_argument('--only', default='', help='files whose name contains this')
    options = parser.parse_args()
    files = sorted(f for f in HERE.glob('*.cpp') if options.only in f.name)
    if options.list:
        print(*(file.name for file in files), sep='\n')
        return 0
    if not options.build and not options.compiler:
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

    commands = commands_of(options.build) if options.build else {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {}
        for file in files:
            command = (shlex.split(options.compiler), None) if options.compiler else commands.get(file)
            if command is None:
                print(f'FAIL {file.name}: not in the build')
                failures += 1
            else:
                jobs[file] = pool.submit(check, file, *command, bool(options.compiler))
        for file, job in jobs.items():
            problems = job.result()
            failures += bool(problems)
            print('FAIL' if problems else 'ok  ', file.name, '; '.join(problems))
    print(f'{len(files)} files, {len(rules)} rules, {failures} failures')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
