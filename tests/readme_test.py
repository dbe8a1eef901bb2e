#!/usr/bin/env python3
"""README.md shows what is there: each fence behind `<!-- region: FILE NAME -->` is that region of FILE, each fence
behind `<!-- error: FILE -->` is what FILE expects the compiler to say, each table behind `<!-- table: FILE -->` is the
table of FILE, and each file linked to exists. examples/layers.md names every layer and operator of the language.

  readme_test.py            compares
  readme_test.py --update   writes them into README.md
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = re.compile(r"<!-- table: (\S+) -->\n((?:\|.*\n)*)")
FENCE = re.compile(r"<!-- (region|error): (\S+)(?: (\w+))? -->\n```(\w*)\n(.*?)```\n", re.S)


def region(path, name):
    text = (ROOT / path).read_text()
    found = re.search(rf"^(?://|#) region: {name}\n(.*?)^(?://|#) endregion$", text, re.S | re.M)
    if not found:
        sys.exit(f"error: {path} has no region {name}")
    return "".join(line for line in found[1].splitlines(True) if not line.startswith("// clang-format"))


def error(path):
    return "\n".join(re.findall(r"^// EXPECT: (.*)$", (ROOT / path).read_text(), re.M)) + "\n"


def layers_without_a_line():
    """Names that can be written in a model, but stand in no code of examples/layers.md."""
    folder = ROOT / "include" / "tenon" / "layers"
    source = "".join((folder / name).read_text() for name in ("layers.hpp", "operators.hpp"))
    public = "".join(re.findall(r"^namespace layers \{\n(.*?)^\}  // namespace layers$", source, re.S | re.M))
    names = set(re.findall(r"\b(\w+)\{\};", public)) | set(re.findall(r"constexpr (?!auto)[^;{]*? (\w+)\(Fs\.\.\.\)", public))
    names |= set(re.findall(r"^\w+_layer (\w+)\(overload", public, re.M))
    code = re.findall(r"`([^`]*)`", (ROOT / "examples" / "layers.md").read_text())
    written = set(re.findall(r"\w+", " ".join(code)))
    names = {name for name in names if not name.startswith("_")}
    return sorted(names - written), len(names)


def main(args):
    readme = ROOT / "README.md"
    text = readme.read_text()
    wrong = []

    def fill(match):
        kind, path, name, language, shown = match.groups()
        wanted = region(path, name) if kind == "region" else error(path)
        if shown != wanted:
            wrong.append(f"{path} {name or ''}".strip())
        return f"<!-- {kind}: {path}{' ' + name if name else ''} -->\n```{language}\n{wanted}```\n"

    def fill_table(match):
        path, shown = match.groups()
        wanted = re.search(r"^\|(?:.*\n\|)*.*\n", (ROOT / path).read_text(), re.M)[0]  # the first table
        if shown != wanted:
            wrong.append(path)
        return f"<!-- table: {path} -->\n{wanted}"

    filled = TABLE.sub(fill_table, FENCE.sub(fill, text))
    count = len(FENCE.findall(text)) + len(TABLE.findall(text))
    if "--update" in args:
        readme.write_text(filled)
        return print(f"{count} parts written")
    links = [link for link in re.findall(r"\]\(([^)#:]+)\)", text) if not (ROOT / link).exists()]
    for path in wrong:
        print(f"error: README.md does not show {path} as it is; run tests/readme_test.py --update", file=sys.stderr)
    for link in links:
        print(f"error: README.md links to {link}, which does not exist", file=sys.stderr)
    missing, layers = layers_without_a_line()
    for name in missing:
        print(f"error: examples/layers.md has no line for {name}", file=sys.stderr)
    if not count or layers < 79:
        print("error: README.md shows nothing of the tree", file=sys.stderr)
    print(f"{count} parts compared")
    sys.exit(1 if wrong or links or missing or not count else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
