#!/usr/bin/env python3
"""The floors of the house: a header includes its own floor or lower ones, as its first line says ("// F3. ..."), and
nothing in a circle; only kernel/*-inl.hpp and instantiate*.hpp include Highway, and tenon.hpp never reaches it; JSON is
read in src/ alone. No header calls anything I, which is a macro of C's <complex.h>. No file is longer than 600 lines."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / 'include'
MAX_LINES = 600
TOP = 9
ORACLE = 8  # the slow twin: sees floor 3, and no floor sees it
# Not on a floor: the highest floor they see. Kernels see each other too, but nobody else's kernels.
SEES = {'tenon/tenon.hpp': 5, 'tenon/instantiate-inl.hpp': 5, 'tenon/instantiate.hpp': TOP,
        'tenon/toeplitz.hpp': ORACLE, 'tenon/embed.hpp': 1}
MAY_INCLUDE_KERNELS = ('tenon/instantiate-inl.hpp', 'tenon/instantiate.hpp')


def is_kernel(name):
    return name.startswith('tenon/kernel/') and name.endswith('-inl.hpp')


def is_oracle(name):
    return name == 'tenon/reference.hpp' or name.startswith('tenon/reference/')


def floor_of(name, text):
    """(floor on which others find the header, highest floor that it sees); None if it does not say."""
    if is_kernel(name):
        return TOP, 1
    if is_oracle(name):
        return ORACLE, 3
    if name in SEES:
        return TOP, SEES[name]
    said = re.match(r'// F([1-5])\. ', text)
    return said and (int(said.group(1)), int(said.group(1)))


def main():
    problems = []
    headers = {str(f.relative_to(INCLUDE)): f.read_text() for f in sorted(INCLUDE.rglob('*.hpp'))}
    includes = {name: re.findall(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]', text, re.M) for name, text in headers.items()}

    for name, text in headers.items():
        if re.search(r'\bI\b', re.sub(r'//.*|"(?:[^"\\]|\\.)*"', '', text)):
            problems.append(f'{name}: something is called I')
        floor = floor_of(name, text)
        if floor is None:
            problems.append(f'{name}: the first line does not say its floor, as in "// F3. ..."')
            continue
        for other in includes[name]:
            if other.startswith('hwy/') and not is_kernel(name) and name not in MAY_INCLUDE_KERNELS:
                problems.append(f'{name} includes Highway: {other}')
            if other.startswith('nlohmann/'):
                problems.append(f'{name} includes {other}, which belongs into src/')
            if other not in headers:
                if other.startswith('tenon/'):
                    problems.append(f'{name} includes {other}, which does not exist')
                continue
            if is_kernel(other):
                if not is_kernel(name) and name not in MAY_INCLUDE_KERNELS:
                    problems.append(f'{name} includes a kernel: {other}')
                continue
            if is_oracle(name) and is_oracle(other):
                continue
            below = floor_of(other, headers[other])
            if below and below[0] > floor[1]:
                problems.append(f'{name} sees floor {floor[1]}, but includes {other} of floor {below[0]}')

    def reach(name, path):
        if name in path:
            problems.append('in a circle: ' + ' -> '.join([*path, name]))
            return set()
        below = [reach(other, [*path, name]) for other in includes.get(name, ())]
        return {name}.union(*below)

    for name in headers:
        reach(name, [])
    problems += [f'tenon.hpp reaches {name}' for name in sorted(reach('tenon/tenon.hpp', [])) if name.startswith('hwy/')]

    for folder in ('include', 'src', 'tests', 'bench', 'examples'):
        for file in sorted((ROOT / folder).rglob('*')):
            if file.suffix in ('.hpp', '.cpp', '.py', '.sh', '.js') or file.name == 'meson.build':
                lines = file.read_text().count('\n')
                if lines > MAX_LINES:
                    problems.append(f'{file.relative_to(ROOT)} has {lines} lines, at most {MAX_LINES}')

    print('\n'.join(sorted(set(problems))))
    print(f'{len(headers)} headers, {len(set(problems))} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
