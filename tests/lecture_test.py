#!/usr/bin/env python3
"""A program of examples/lecture prints what its README.md shows behind `<!-- output: NAME -->`. Numbers with a decimal
point may differ by one in the last place: they are measured, and the order of a sum depends on the CPU.

    lecture_test.py PROGRAM DATA             compares; DATA is the folder examples/data
    lecture_test.py PROGRAM DATA --update    writes it into README.md
"""
import os
import pathlib
import re
import subprocess
import sys

README = pathlib.Path(__file__).resolve().parent.parent / "examples" / "lecture" / "README.md"
ARGUMENTS = {"deformation": ["lenet5-fashion.safetensors", "sample-images-idx3-ubyte.gz"]}


def agree(shown, printed):
    """Two words; the width of the space between words may depend on a last place."""
    if shown == printed:
        return True
    places = re.fullmatch(r"-?\d+\.(\d+)", shown)
    if not places or not re.fullmatch(rf"-?\d+\.\d{{{len(places[1])}}}", printed):
        return False
    return abs(float(shown) - float(printed)) < 1.5 * 10 ** -len(places[1])


def main(program, data, *flags):
    name = pathlib.Path(program).stem
    arguments = [os.path.join(data, file) for file in ARGUMENTS.get(name, [])]
    run = subprocess.run([program, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120,
                         stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})
    if run.returncode != 0 or run.stderr:
        sys.exit(f"error: {name} ends with status {run.returncode}: {run.stderr}{run.stdout}")
    if "\033" in run.stdout:
        sys.exit(f"error: {name} prints colours where there is no terminal")

    text = README.read_text()
    fence = re.search(rf"<!-- output: {name} -->\n```\n(.*?)```\n", text, re.S)
    if not fence:
        sys.exit(f"error: {README} does not show what {name} prints")
    if "--update" in flags:
        README.write_text(text[:fence.start(1)] + run.stdout.rstrip("\n") + "\n" + text[fence.end(1):])
        return
    shown, printed = fence[1].splitlines(), run.stdout.rstrip("\n").splitlines()
    for number, (a, b) in enumerate(zip(shown, printed), 1):
        a_words, b_words = a.split(), b.split()
        if len(a_words) != len(b_words) or not all(map(agree, a_words, b_words)):
            sys.exit(f"error: line {number} of {name}:\n  shown    {a}\n  printed  {b}\n"
                     "tests/lecture_test.py --update writes the README anew")
    if len(shown) != len(printed):
        sys.exit(f"error: {name} prints {len(printed)} lines, the README shows {len(shown)}")
    print(f"{len(shown)} lines compared")


if __name__ == "__main__":
    main(*sys.argv[1:])
