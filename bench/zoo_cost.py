#!/usr/bin/env python3
"""What the networks of examples/zoo cost to compile, as Markdown: seconds and MB to check each one's types (shapes,
counts, receptive field, plan), and to compile it for one instruction set; with its parameters, multiply-accumulates and
arena. Then the same of chains of 10 to 200 convolutions, each with a rule of its own; --draw FILE makes a picture of
these (with matplotlib). Seconds are processor time, as in compile_cost.py.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from compile_cost import ONE_TARGET, ROOT, Compiler, measured

ZOO = ROOT / 'examples' / 'zoo'
LENGTHS = (10, 25, 50, 100, 150, 200)
# Seconds to check, seconds to compile, MB to compile.
BUDGETS = {'ResNet50': (2.0, 15.0, 1200.0)}

FACTS = """\
#include "zoo/{file}"
#include <cstdio>
int main() {{
  std::printf("%lld %lld %lld\\n", (long long){name}::parameter_count, (long long){name}::mac_count,
              (long long){name}::arena_bytes);
}}
"""
ONE_MODEL = """\
#include "zoo/{file}"
#define TENON_MODEL {name}
#include <tenon/instantiate.hpp>
"""


def networks():
    """(header, name with namespace) of each network."""
    for file in sorted(ZOO.glob('*.hpp')):
        text = file.read_text()
        space = re.search(r'^namespace (\S+) \{', text, re.M)[1]
        for name in re.findall(r'^struct (\w+)\s*: tenon::model<', text, re.M):
            yield file.name, f'{space}::{name}'


def chain(length):
    """A network of `length` convolutions, no two alike; blocks keep the nesting of operators shallow."""
    layers = [f'conv<{8 + i % 7}, {1 + 2 * (i % 2)}, padding{{{i % 2}}}> | relu' for i in range(length)]
    blocks = [' | '.join(layers[i:i + 20]) for i in range(0, length, 20)]
    expression = ' | '.join(f'block({block})' for block in blocks)
    return ('#include <tenon/tenon.hpp>\nusing namespace tenon::layers;\n'
            f'struct Chain : tenon::model<input<3, 8, 8> | {expression}> {{}};\n'
            'static_assert(Chain::arena_bytes > 0);\n')


class Cost:
    def __init__(self, compiler, options):
        self.compiler, self.options = compiler, options

    def check(self, source):
        return measured([*self.compiler.command, *self.compiler.flags[:-1], '-fsyntax-only', '-'], source)

    def compile(self, source):
        with tempfile.TemporaryDirectory() as folder:
            return measured([*self.compiler.command, *self.options, *self.compiler.flags[:-1], '-c', '-o',
                             os.path.join(folder, 'a.o'), '-'], source)

    def facts(self, source):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, 'a')
            measured([*self.compiler.command, *self.compiler.flags[:-1], '-o', program, '-'], source)
            return [int(n) for n in subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()]


def draw(path, rows):
    try:
        import matplotlib
    except ImportError:
        sys.exit('error: --draw needs matplotlib')
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, seconds = pyplot.subplots(figsize=(6, 3.5))
    lengths = [row[0] for row in rows]
    seconds.plot(lengths, [row[1] for row in rows], 'o-', label='check types')
    seconds.plot(lengths, [row[3] for row in rows], 's-', label='compile')
    seconds.set(xlabel='convolutions', ylabel='seconds', xlim=(0, None), ylim=(0, None))
    seconds.legend()
    seconds.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={'Date': None} if str(path).endswith('.svg') else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--compiler', default=os.environ.get('CXX', 'c++'), help='default: $CXX, else c++')
    parser.add_argument('--only', default='', help='networks whose name contains this')
    parser.add_argument('--draw', type=Path, help='a picture of the chains: .svg or .png')
    parser.add_argument('--check', action='store_true', help='exit status 1 if a budget is broken or growth is not linear')
    chosen = parser.parse_args()
    compiler = Compiler(chosen.compiler)
    target, options = list(ONE_TARGET.items())[-1]
    cost = Cost(compiler, options)
    broken = []

    print(f'{compiler.name()}, -O3, {target}\n')
    print('| network | parameters | MMAC | arena KiB | check: s | MB | compile: s | MB |')
    print('|---|---:|---:|---:|---:|---:|---:|---:|')
    for file, name in networks():
        short = name.split('::')[-1]
        if chosen.only not in short:
            continue
        parameters, macs, arena = cost.facts(FACTS.format(file=file, name=name))
        checked = cost.check(FACTS.format(file=file, name=name))
        compiled = cost.compile(ONE_MODEL.format(file=file, name=name))
        print(f'| {short} | {parameters:,} | {macs / 1e6:,.1f} | {arena / 1024:,.0f} | {checked[0]:.2f} | '
              f'{checked[1]:.0f} | {compiled[0]:.2f} | {compiled[1]:.0f} |', flush=True)
        for value, limit in zip((checked[0], compiled[0], compiled[1]), BUDGETS.get(short, ())):
            if value > limit:
                broken.append(f'{short}: {value:.2f}, the budget is {limit:g}')

    print('\n| convolutions in a chain | check: s | MB | compile: s | MB |\n|---:|---:|---:|---:|---:|')
    rows = []
    for length in LENGTHS:
        source = chain(length)
        rows.append((length, *cost.check(source),
                     *cost.compile(source + '#define TENON_MODEL Chain\n#include <tenon/instantiate.hpp>\n')))
        print('| {} | {:.2f} | {:.0f} | {:.2f} | {:.0f} |'.format(*rows[-1]), flush=True)
    for what, at in (('check', 1), ('compile', 3)):
        # Beyond what every file costs, twice the layers may cost at most two and a half times as much.
        first, half, whole = rows[0][at], rows[3][at], rows[-1][at]
        if whole - first > 2.5 * (half - first) + 0.2:
            broken.append(f'{what}: 100 convolutions cost {half:.2f} s, 200 cost {whole:.2f} s')
    if chosen.draw:
        draw(chosen.draw, rows)
    for line in broken:
        print(f'over budget: {line}', file=sys.stderr)
    return 1 if broken and chosen.check else 0


if __name__ == '__main__':
    sys.exit(main())
