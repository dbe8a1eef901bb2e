#!/usr/bin/env python3
"""bench/report.py writes above each table what the file of its figures says of itself, and no commit above those of files
that say nothing; its picture of the networks shows the peers that there are."""
import contextlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

REPORT = pathlib.Path(__file__).resolve().parent.parent / "bench" / "report.py"


def context(commit):
    return {"cpu": "a CPU", "instruction_set": "AVX2", "compiler": "GCC 12.2.0", "commit": commit, "day": "2024-02-29",
            "highway": "1.0.3", "caches": []}


def contest(name, **figures):
    return {"name": name, "real_time": 10.0, "least_us": 10.0, "p99_us": 10.0, "max_us": 10.0, "gflops": 1.0, "gbytes": 1.0,
            "mmac": 1.0, "first_us": 10.0, **figures}


def figures_of_all():
    """A file of each kind, each of a commit of its own."""
    peaks = [contest("peak/fma"), *(contest(f"peak/load {level}") for level in ("L1", "L2", "L3", "memory"))]
    runs = [contest("lenet5/tenon"), contest("lenet5/onnxruntime")]
    layer = contest("3x3/direct/hot", map_bytes=100, weight_bytes=100)
    step = {"step": 0, "layers": "relu", "algorithm": "map", "us": 2.0, "floor_us": 1.0, "flops": 0, "bytes": 8}
    error = {"name": "lenet5", "how": "standard", "most": 1e-7, "mean": 1e-8}
    return {
        "networks-1": {"context": {**context("c-one"), "onnxruntime": "1.17"}, "benchmarks": peaks + runs},
        "networks-2": {"context": context("c-two"), "benchmarks": runs},
        "layers": {"context": context("c-layers"), "benchmarks": [*peaks, layer]},
        "profile": {"context": context("c-profile"),
                    "networks": [{"name": "lenet5", "us": 2.0, "floor_us": 1.0, "steps": [step]}]},
        "errors": {"context": context("c-errors"), "layers": [error], "networks": [error]},
    }


@contextlib.contextmanager
def reported(files):
    """The folder with these figures and what bench/report.py makes of them."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file, figures in files.items():
            (folder / f"{file}.json").write_text(json.dumps(figures))
        subprocess.run([sys.executable, REPORT, folder], check=True, stderr=subprocess.DEVNULL)
        yield folder


def captions_of(files):
    """{table: its caption}"""
    with reported(files) as folder:
        return {path.stem: path.read_text().splitlines()[2] for path in folder.glob("*.md")}


def makes_picture_of_peers(files):
    """Is there one, though not every peer was timed?"""
    with reported(files) as folder:
        picture = folder / "networks.svg"
        return picture.exists() and picture.stat().st_size > 0


def main():
    wrong = []

    def expect(captions, table, commits):
        said = [word for word in ("c-one", "c-two", "c-layers", "c-profile", "c-errors") if f"commit {word}" in captions[table]]
        if said != commits or captions[table].count("commit") != len(commits):
            wrong.append(f"{table}: {captions[table]}")

    files = figures_of_all()
    captions = captions_of(files)
    for table, commits in (("networks", ["c-one"]), ("peers", ["c-one", "c-two"]), ("layers", ["c-layers"]),
                           ("profile", ["c-profile"]), ("errors", ["c-errors"])):
        expect(captions, table, commits)
    if captions["networks"] != "a CPU, AVX2, GCC 12.2.0, commit c-one, 2024-02-29; Highway 1.0.3; ONNX Runtime 1.17":
        wrong.append(captions["networks"])

    if shutil.which("gnuplot") and not makes_picture_of_peers(files):
        wrong.append("no picture of the networks beside ONNX Runtime alone")

    # Without other files; and as they were before they had a context.
    alone = captions_of({"errors": files["errors"]})
    expect(alone, "errors", ["c-errors"])
    for name in ("errors", "profile"):
        del files[name]["context"]
    captions = captions_of(files)
    expect(captions, "errors", [])
    expect(captions, "profile", [])

    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    print(f"{len(wrong)} things are wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
