#!/usr/bin/env python3
"""What the networks of examples/zoo cost to compile, as Markdown tables: each one to check its type, and to lower it
for one instruction set; and how that grows with the number of layers.

Checked: the header alone, with its static_asserts (one header may hold several networks). Lowered: the file that
includes tenon/instantiate.hpp, at -O3. Seconds are processor time, the least of --runs; MB is the compiler's peak
resident memory. Parameters, multiply-accumulates and arena are those of the type.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from compile_cost import ONE_TARGET, ROOT, Compiler, code_bytes, measured

LAYERS = (10, 25, 50, 100, 150, 200)
# ResNet-50: seconds to check, seconds and MB to lower.
BUDGET = (2.0, 15.0, 1200.0)


def networks():
    """Name, header and type of each: from the list of the build."""
    text = (ROOT / "examples" / "zoo" / "meson.build").read_text(encoding="utf-8")
    return [(name, f"zoo/{header}.hpp", f"zoo::{kind}")
            for name, header, kind in re.findall(r"'(\w+)': \['(\w+)', '([\w:<>]+)'\]", text)]


class Cost:
    def __init__(self, compiler, target, runs, folder):
        self.compiler, self.options, self.runs, self.folder = compiler, ONE_TARGET[target], runs, folder

    def least(self, source, options):
        command = [*self.compiler.command, *options, *self.compiler.flags]
        seconds, megabytes = zip(*(measured(command, source) for _ in range(self.runs)))
        return min(seconds), max(megabytes)

    def checked(self, source):
        return self.least(source, ["-fsyntax-only"])

    def lowered(self, source, model):
        """Seconds, MB, KiB of code."""
        file = os.path.join(self.folder, "lowered.o")
        source += f"#define TENON_MODEL {model}\n#include <tenon/instantiate.hpp>\n"
        return *self.least(source, [*self.options, "-c", "-o", file]), code_bytes(file) / 1024


def facts(compiler, nets, folder):
    """Parameters, multiply-accumulates and KiB of arena of each network."""
    source = "#include <cstdio>\n" + "".join(f'#include "{header}"\n' for _, header, _ in nets)
    source += "int main() {\n" + "".join(
        f'  std::printf("%lld %lld %lld\\n", (long long){kind}::parameter_count, (long long){kind}::mac_count, '
        f"(long long){kind}::arena_bytes / 1024);\n" for _, _, kind in nets) + "}\n"
    program = os.path.join(folder, "facts")
    subprocess.run([*compiler.command, *compiler.flags, "-O0", "-o", program], input=source, text=True, check=True)
    lines = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    return [[int(number) for number in line.split()] for line in lines]


def chain(layers):
    """A network of this many layers: convolutions of four kinds, batch norms and relus."""
    units = "".join(f"\n    | conv<{16 + 8 * (i % 4)}, 3, padding{{1}}, no_bias> | batch_norm | relu"
                    for i in range(layers // 3)) + " | relu" * (layers % 3)
    return ("#include <tenon/tenon.hpp>\nusing namespace tenon::layers;\n"
            f"struct Chain : tenon::model<input<16, 32, 32>{units}> {{}};\n"
            "static_assert(Chain::parameter_count > 0);\n")


def print_zoo(cost, nets, folder, broken):
    print("| network | parameters | million MACs | arena KiB | check s | MB | lower s | MB | code KiB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for (name, header, kind), (parameters, macs, arena) in zip(nets, facts(cost.compiler, nets, folder)):
        source = f'#include "{header}"\nstatic_assert({kind}::parameter_count > 0);\n'
        seconds, megabytes = cost.checked(source)
        spent = [seconds, *cost.lowered(source, kind)]
        print(f"| {name} | {parameters:,} | {macs / 1e6:,.1f} | {arena:,} | {seconds:.2f} | {megabytes:.0f} | "
              f"{spent[1]:.2f} | {spent[2]:.0f} | {spent[3]:.0f} |", flush=True)
        if name == "resnet50":
            broken += [f"{name}: {value:.2f}, the budget is {limit:g}" for value, limit in zip(spent, BUDGET)
                       if value > limit]


def print_growth(cost, broken):
    print("| layers | check s | lower s |")
    print("|---:|---:|---:|")
    rows = [(layers, cost.checked(chain(layers))[0], cost.lowered(chain(layers), "Chain")[0]) for layers in LAYERS]
    for layers, *seconds in rows:
        print(f"| {layers} | " + " | ".join(f"{s:.2f}" for s in seconds) + " |")
    for i, what in ((1, "checking"), (2, "lowering")):
        base, at_100, at_200 = (next(row[i] for row in rows if row[0] == layers) for layers in (10, 100, 200))
        # Linear is 190 / 90 = 2.1 times; the rest is noise.
        if at_200 - base > 3 * (at_100 - base) + 0.2:
            broken.append(f"{what} grows faster than the number of layers")
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default=os.environ.get("CXX", "c++"), help="default: $CXX, else c++")
    parser.add_argument("--target", default=list(ONE_TARGET)[-1], choices=ONE_TARGET, help="default: %(default)s")
    parser.add_argument("--runs", type=int, default=3, help="compilations of each row (default: 3)")
    parser.add_argument("--only", metavar="NAME", nargs="*", help="of the networks")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="also write the growth there")
    parser.add_argument("--check", action="store_true", help="exit status 1 if a budget is broken")
    chosen = parser.parse_args()
    compiler, broken = Compiler(chosen.compiler), []
    nets = [net for net in networks() if not chosen.only or net[0] in chosen.only]
    print(f"{compiler.name()}, -O3, {chosen.target}\n")
    with tempfile.TemporaryDirectory() as folder:
        cost = Cost(compiler, chosen.target, chosen.runs, folder)
        print_zoo(cost, nets, folder, broken)
        if not chosen.only or chosen.json:
            print("\nCost of a chain by its number of layers:\n")
            growth = print_growth(cost, broken)
            if chosen.json:
                chosen.json.write_text(json.dumps(growth) + "\n")
    for line in broken:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if broken and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
