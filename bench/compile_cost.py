#!/usr/bin/env python3
"""What a network costs to compile: seconds, memory and code of one translation unit, as a Markdown table.

Compiles the networks of examples/ at -O3, each for one instruction set and for all of them, and a file that only
declares LeNet-5 and reads its constants. Seconds are processor time (user + system), which is what the clock shows
when nothing else runs: the median of --runs. MB is the peak resident memory of the compiler, the largest of the runs.
"""
import argparse
import os
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Options for one instruction set alone. Highway's AVX2 and AVX3 include AES, which no level of x86-64 does.
ONE_TARGET = {
    "AVX2": ["-DHWY_COMPILE_ONLY_STATIC", "-march=x86-64-v3", "-maes", "-mpclmul"],
    "AVX3": ["-DHWY_COMPILE_ONLY_STATIC", "-march=x86-64-v4", "-maes", "-mpclmul"],
}
if platform.machine() not in ("x86_64", "AMD64"):
    ONE_TARGET = {"baseline": ["-DHWY_COMPILE_ONLY_STATIC"]}

CONSTANTS = """\
#include "lenet5.hpp"
static_assert(LeNet5::mac_count > 0 && LeNet5::weight_bytes > 0 && LeNet5::receptive_field.count == 2);
tenon::index arena = LeNet5::arena_bytes;
"""

# Seconds and MB that a row may cost.
ONE_TARGET_BUDGET = (5.0, 600.0)
CONSTANTS_BUDGET = (1.5, None)


def measured(command, source):
    """Runs a compiler; returns its seconds of processor time and peak resident MB, its children's among them."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE)
    child.stdin.write(source.encode())
    child.stdin.close()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit("error: the compiler failed: " + shlex.join(command))
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


def output_of(command, source=""):
    return subprocess.run(command, input=source, check=True, capture_output=True, text=True).stdout


def code_bytes(object_file):
    """Bytes of machine code: all .text sections."""
    lines = output_of(["size", "-A", object_file]).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(".text"))


def instruction_sets(object_file):
    """The instruction sets an object file was compiled for, by its symbols: Highway has a namespace for each."""
    return sorted(set(re.findall(r"\bN_(\w+)::", output_of(["nm", "-C", object_file]))))


class Compiler:
    def __init__(self, command):
        self.command = shlex.split(command)
        highway = output_of(["pkg-config", "--cflags", "libhwy"]).split()
        self.flags = ["-std=c++20", "-O3", "-DNDEBUG", f"-I{ROOT}/include", f"-I{ROOT}/examples", *highway,
                      *shlex.split(os.environ.get("CXXFLAGS", "")), "-x", "c++", "-"]

    def name(self):
        return output_of([*self.command, "--version"]).splitlines()[0]

    def includes(self, source):
        return output_of([*self.command, *self.flags, "-M"], source)

    def compile(self, source, options, runs):
        """Median seconds, largest MB, bytes of code, instruction sets."""
        with tempfile.TemporaryDirectory() as folder:
            object_file = os.path.join(folder, "a.o")
            command = [*self.command, *options, *self.flags, "-c", "-o", object_file]
            seconds, megabytes = zip(*(measured(command, source) for _ in range(runs)))
            return statistics.median(seconds), max(megabytes), code_bytes(object_file), instruction_sets(object_file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default=os.environ.get("CXX", "c++"), help="default: $CXX, else c++")
    parser.add_argument("--runs", type=int, default=3, help="compilations of each row (default: 3)")
    parser.add_argument("--check", action="store_true", help="exit status 1 if a budget is broken")
    chosen = parser.parse_args()
    compiler = Compiler(chosen.compiler)

    print(f"{compiler.name()}, -O3\n")
    print("| translation unit | instruction sets | seconds | MB | code bytes | budget |")
    print("|---|---|---:|---:|---:|---|")
    broken = []

    def row(title, source, options, budget):
        seconds, megabytes, code, sets = compiler.compile(source, options, chosen.runs)
        limits = [f"{limit:g} {unit}" for limit, unit in zip(budget, ("s", "MB")) if limit is not None]
        print(f"| {title} | {' '.join(sets) or '-'} | {seconds:.2f} | {megabytes:.0f} | {code} | "
              f"{', '.join(limits) or '-'} |", flush=True)
        for value, limit, unit in zip((seconds, megabytes), budget, ("s", "MB")):
            if limit is not None and value > limit:
                broken.append(f"{title} for {' '.join(sets)}: {value:.2f} {unit}, the budget is {limit:g}")
        return sets

    row("constants of LeNet-5", CONSTANTS, [], CONSTANTS_BUDGET)
    if "/hwy/" in compiler.includes(CONSTANTS):
        broken.append("a file that only declares LeNet-5 includes Highway")
    for title, file in (("LeNet-5", "lenet5.cpp"), ("ResNet-8", "resnet8.cpp")):
        source = (ROOT / "examples" / file).read_text(encoding="utf-8")
        for name, options in ONE_TARGET.items():
            sets = row(title, source, options, ONE_TARGET_BUDGET if title == "LeNet-5" else (None, None))
            if name != "baseline" and sets != [name]:
                broken.append(f"{title}: compiled for {' '.join(sets)} instead of {name} alone")
        row(title, source, [], (None, None))

    for line in broken:
        print(f"over budget: {line}", file=sys.stderr)
    return 1 if broken and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
