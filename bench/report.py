#!/usr/bin/env python3
"""Turns the figures of a run of the benchmarks into Markdown and pictures: report.py DIR [--check]

Reads DIR/layers.json, networks-1.json, networks-2.json, profile.json, errors.json, compile.json, those that are there, and writes
beside them layers.md, networks.md, peers.md, profile.md, errors.md and, where gnuplot is, roofline.svg, networks.svg, fused.svg and
compile.svg. --check: exit status 1 if a network is slower than TO_REACH or what follows it says.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

# How many times as fast as the best of its peers a network has to be on one thread; the first figure is that of the
# time before, kept to be compared with. Convolutions alone are no network where linear layers are most of it.
TO_REACH = {
    "lenet5": (4, 6), "cifar_quick": (None, 1.7), "tcn": (None, 2.2), "voxnet": (None, 2.5), "mobilenet_v1": (None, 1.3),
    "mobilenet_v2": (None, 1.4), "resnet18": (None, 1.6), "resnet50": (None, 1.3), "vgg11": (None, 1.4),
}
ALONE_COUNTS = ("mobilenet_v1", "mobilenet_v2", "resnet18", "resnet50")
WHOLE = ("onnxruntime", "libtorch")  # peers that run all layers
PEERS = (*WHOLE, "onednn", "onednn_winograd")
# On two threads: how much faster than on one a network of more than 1 ms is, and ahead of its peers.
LEAST_SCALING = 1.7
# A network is faster fused than unfused. p99 / median of networks of more than 0.1 ms, on a machine that does nothing else.
MOST_SPREAD = 1.3
# Largest error of a network, as a part of its largest output.
PROMISED = 1e-5


def caption_of(context):
    """What the figures of a file depend on; what it does not tell is left out."""
    text = ", ".join(prefix + context[key] for key, prefix in (
        ("cpu", ""), ("instruction_set", ""), ("compiler", ""), ("commit", "commit "), ("day", "")) if context.get(key))
    for library, title in (("highway", "Highway"), ("onnxruntime", "ONNX Runtime"), ("libtorch", "libtorch"), ("onednn", "oneDNN")):
        text += f"; {title} {context[library]}" if context.get(library) else ""
    return text or "Where and when this was measured is not written down."


class Figures:
    """The contestants of one JSON file by name, and what is known of all."""

    def __init__(self, path):
        data = json.loads(path.read_text())
        self.context = data["context"]
        self.all = {entry["name"]: entry for entry in data["benchmarks"]}

    def us(self, name, figure="real_time"):
        return self.all[name][figure] if name in self.all else None

    def peak(self):
        """The fastest run."""
        return self.all["peak/fma"]["gflops"] * self.us("peak/fma") / self.us("peak/fma", "least_us")

    def bandwidth(self, level):
        entry = self.all["peak/load " + level]
        return entry["gbytes"] * entry["real_time"] / entry["least_us"]

    def caption(self):
        return caption_of(self.context)


def number(value):
    """Three digits that count; a dash for what is not there."""
    if value is None:
        return "-"
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def table(heading, rows):
    """A Markdown table; columns whose heading begins with < are set to the right."""
    lines = ["| " + " | ".join(h.lstrip("<") for h in heading) + " |",
             "|" + "|".join("---:" if h.startswith("<") else "---" for h in heading) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def write(path, title, caption, *parts):
    path.write_text(f"# {title}\n\n{caption}\n\n" + "\n".join(parts))


# Networks

def names_of(figures):
    return list(dict.fromkeys(name.rsplit("/", 1)[0] for name in sorted(figures.all) if name.endswith("/tenon")))


def floor_of_call(figures):
    """What calling ONNX Runtime costs: an empty model."""
    return figures.us("empty/onnxruntime") or 0


def peer_us(figures, name, peer):
    us = figures.us(f"{name}/{peer}")
    return us - floor_of_call(figures) if us and peer == "onnxruntime" else us


def best_peer(figures, name):
    """(microseconds, who) of the fastest one that counts."""
    peers = PEERS if name in ALONE_COUNTS else WHOLE
    there = [(peer_us(figures, name, peer), peer) for peer in peers if figures.us(f"{name}/{peer}")]
    return min(there) if there else (None, None)


def write_networks(folder, one):
    peak, rows = one.peak(), []
    for name in names_of(one):
        ours, unfused = one.all[name + "/tenon"], one.us(name + "/unfused")
        us = ours["real_time"]
        gflops = ours.get("gflops")
        rows.append([name, f"{ours['mmac']:.1f}", number(us), number(ours["p99_us"]), number(ours["max_us"]),
                     number(ours["first_us"]), f"{gflops:.0f}", f"{100 * gflops / peak:.0f}",
                     number(unfused / us) if unfused else "-"])
    write(folder / "networks.md", "Networks", one.caption(),
          f"One thread, one image; of fewer than 100 runs, p99 is the slowest. Multiply-adds of one core: {peak:.0f} GFLOP/s; it reads "
          + ", ".join(f"{one.bandwidth(level):.0f} GB/s from {level}" for level in ("L1", "L2", "L3", "memory")) + ".\n",
          table(["network", "<MMAC", "<median µs", "<p99 µs", "<max µs", "<first run, cold µs", "<GFLOP/s", "<% of peak",
                 "<fused is faster by"], rows))


def write_peers(folder, one, two):
    problems, rows = [], []
    for name in names_of(one):
        ours = one.us(name + "/tenon")
        best, who = best_peer(one, name)
        ratio = best / ours if best else None
        before, wanted = TO_REACH.get(name, (None, None))
        reach = "-" if not wanted else f"{wanted}" + (f" (was {before})" if before else "")
        row = [name, number(ours), *(number(peer_us(one, name, peer)) for peer in PEERS),
               number(ratio), who or "-", reach]
        if wanted and ratio is not None and ratio < wanted:
            problems.append(f"{name}: {ratio:.2f} times as fast as {who}, not {wanted}")
        if one.us(name + "/unfused") and one.us(name + "/unfused") < ours:
            problems.append(f"{name}: fused is not faster than unfused")
        spread = one.us(name + "/tenon", "p99_us") / ours
        if ours > 100 and spread > MOST_SPREAD:
            problems.append(f"{name}: p99 is {spread:.2f} times the median, more than {MOST_SPREAD}")
        if two:
            ours2, (best2, who2) = two.us(name + "/tenon"), best_peer(two, name)
            row += [number(ours2), number(ours / ours2) if ours2 else "-", number(best2),
                    number(best2 / ours2) if best2 and ours2 else "-"]
            if ours2 and ours > 1000 and ours / ours2 < LEAST_SCALING:
                problems.append(f"{name}: two threads are {ours / ours2:.2f} times as fast as one, not {LEAST_SCALING}")
            if ours2 and best2 and best2 < ours2:
                problems.append(f"{name}: on two threads {who2} is faster, {best2:.1f} to {ours2:.1f} µs")
        rows.append(row)
    heading = ["network", "<tenon µs", "<ONNX Runtime µs", "<libtorch µs", "<oneDNN, convolutions alone µs",
               "<with Winograd µs", "<ratio to the best", "best", "<to reach"]
    if two:
        heading += ["<tenon, 2 threads µs", "<faster by", "<best peer, 2 threads µs", "<ratio"]
    caption = one.caption()
    if two and two.caption() != caption:
        caption += f". On 2 threads: {two.caption()}"
    trips = two.us("peak/300000 round trips") if two else None
    apart = f" On 2 threads a cache line goes to the other core and back in {trips / 300:.0f} ns." if trips else ""
    write(folder / "peers.md", "Networks beside their peers", caption,
          "Medians of runs in random turns. ONNX Runtime is called through its binding for Node.js: what an empty model "
          f"takes, {floor_of_call(one):.1f} µs, is taken off. oneDNN's convolutions alone are not a network: they count "
          f"as a peer of {', '.join(ALONE_COUNTS)}.{apart}\n", table(heading, rows))
    for entry in one.all.values():
        if entry.get("difference", 0) > 1e-4:
            problems.append(f"{entry['name']}: outputs differ by {entry['difference']:.1e}")
    return problems


# Layers

def shapes_of(figures):
    return list(dict.fromkeys(name.rsplit("/", 2)[0] for name in figures.all if name.count("/") >= 2))


def least_us(figures, entry, hot):
    """The larger of multiply-adds / peak and bytes / bandwidth: maps from L2 or L3, weights from there, too, if hot."""
    def level(size):
        sizes = {c["level"]: c["size"] for c in figures.context["caches"] if c["type"] != "Instruction"}
        return figures.bandwidth("L2" if size <= sizes.get(2, 1 << 20) else "L3" if size <= sizes.get(3, 1 << 25) else "memory")
    maps, weights = entry["map_bytes"], entry["weight_bytes"]
    flops = entry["gflops"] * entry["real_time"]  # thousands
    traffic = maps / level(maps) + weights / (level(maps + weights) if hot else figures.bandwidth("memory"))
    return max(flops / figures.peak(), traffic / 1e3)


def write_layers(folder, figures):
    peak, rows = figures.peak(), []
    for shape in shapes_of(figures):
        who = list(dict.fromkeys(n.split("/")[1] for n in figures.all if n.startswith(shape + "/")))
        for algorithm in sorted(who, key=lambda w: w.startswith("onednn")):
            row = [shape if algorithm == sorted(who, key=lambda w: w.startswith("onednn"))[0] else "", algorithm]
            for state in ("hot", "cold"):
                entry = figures.all.get(f"{shape}/{algorithm}/{state}")
                if not entry:
                    row += ["-"] * 4
                    continue
                floor = least_us(figures, entry, state == "hot")
                row += [number(entry["real_time"]), f"{entry['gflops']:.0f}", f"{100 * entry['gflops'] / peak:.0f}",
                        f"{entry['real_time'] / floor:.2f}"]
            rows.append(row)
    write(folder / "layers.md", "Layers", figures.caption(),
          "One thread, medians. GFLOP/s count a convolution as if it were computed directly. The floor is the larger of "
          "multiply-adds / peak and bytes / bandwidth; cold weights come from memory.\n",
          table(["layer", "algorithm", "<hot µs", "<GFLOP/s", "<% of peak", "<times the floor", "<cold µs", "<GFLOP/s",
                 "<% of peak", "<times the floor"], rows))


def write_profile(folder, profile):
    rows = [[net["name"], number(net["us"]), number(net["floor_us"]), f"{net['us'] / net['floor_us']:.2f}"]
            for net in profile["networks"]]
    parts = [table(["network", "<sum of its steps µs", "<floor µs", "<times"], rows)]
    for net in profile["networks"]:
        slowest = sorted(net["steps"], key=lambda s: s["floor_us"] - s["us"])[:5]
        parts += [f"\n{net['name']}: the steps that lose most\n",
                  table(["<step", "layers", "algorithm", "<µs", "<floor µs", "<times"],
                        [[str(s["step"]), f"`{s['layers']}`".replace("|", "\\|"), s["algorithm"], number(s["us"]),
                          number(s["floor_us"]), f"{s['us'] / s['floor_us']:.1f}"] for s in slowest])]
    write(folder / "profile.md", "Networks step by step", caption_of(profile.get("context", {})), *parts)


def write_errors(folder, errors):
    def rows(all):
        return [[e["name"] if i == 0 or all[i - 1]["name"] != e["name"] else "", e["how"], f"{e['most']:.1e}",
                 f"{e['mean']:.1e}"] for i, e in enumerate(all)]
    write(folder / "errors.md", "Errors", caption_of(errors.get("context", {})),
          "Outputs beside those of the reference in double, as parts of the largest one; * is what the library chooses.\n",
          table(["layer", "algorithm", "<largest error", "<mean error"], rows(errors["layers"])),
          f"\nNetworks; {PROMISED:.0e} is promised of the standard ones.\n",
          table(["network", "numerics", "<largest error", "<mean error"],
                rows(sorted(errors["networks"], key=lambda e: e["name"]))))
    return [f"{e['name']}: an error of {e['most']:.1e}" for e in errors["networks"]
            if e["how"] != "fast" and not e["most"] <= PROMISED]


# Pictures

def plot(folder, name, commands, data):
    """Runs gnuplot on blocks of rows: $0, $1, ... in the commands."""
    script = [f"set terminal svg size 900,520 font 'sans,13' background 'white'\nset output '{folder / name}'",
              "set grid lc rgb '#dddddd'\nset key top left reverse Left\nset border 3\nset tics nomirror"]
    for i, rows in enumerate(data):
        script.append(f"$d{i} << EOD\n" + "\n".join(" ".join(map(str, row)) for row in rows) + "\nEOD")
    done = subprocess.run(["gnuplot"], input="\n".join([*script, commands]), text=True, capture_output=True, check=False)
    if done.returncode:
        (folder / name).unlink(missing_ok=True)  # an empty one
        print(f"note: gnuplot made no {name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)


LONGEST_BAR = 8  # of times: longer ones are cut
COLOURS = ("#1b6ca8", "#e08e2b", "#7a9e48", "#b5475b", "#777777")


def plot_roofline(folder, figures, profile):
    steps = [[s["flops"] / s["bytes"], s["flops"] / s["us"] / 1e3] for net in profile["networks"] for s in net["steps"]
             if s["flops"]]
    layers, theirs = ([[1e3 * e["gflops"] * e["real_time"] / (e["map_bytes"] + e["weight_bytes"]), e["gflops"]]
                       for name, e in figures.all.items() if name.endswith("/hot") and ("/onednn" in name) == peer]
                      for peer in (False, True))
    peak, l2, l3, memory = figures.peak(), *(figures.bandwidth(level) for level in ("L2", "L3", "memory"))
    plot(folder, "roofline.svg", f"""
set logscale xy; set xrange [0.2:2000]; set yrange [1:{2.5 * peak}]
set xlabel 'operations per byte of maps and weights'; set ylabel 'GFLOP/s, as direct'
set key bottom right
set samples 400
least(a, b) = a < b ? a : b
plot least({peak}, x * {l2}) w l lw 2 lc rgb '#222222' t 'peak {peak:.0f} GFLOP/s; L2 {l2:.0f} GB/s', \\
  least({peak}, x * {l3}) w l lw 1.5 dt 2 lc rgb '#222222' t 'L3 {l3:.0f} GB/s', \\
  least({peak}, x * {memory}) w l lw 1.5 dt 3 lc rgb '#222222' t 'memory {memory:.0f} GB/s', \\
  $d0 w p pt 7 ps 0.4 lc rgb '{COLOURS[4]}' t 'steps within networks', \\
  $d2 w p pt 4 ps 0.8 lc rgb '{COLOURS[1]}' t 'oneDNN, single layers', \\
  $d1 w p pt 7 ps 0.8 lc rgb '{COLOURS[0]}' t 'tenon, single layers'
""", [steps, layers, theirs])


PEER_BARS = {"onnxruntime": ("ONNX Runtime", 1), "libtorch": ("libtorch", 4), "onednn": ("oneDNN, convolutions alone", 2),
             "onednn_winograd": ("with Winograd", 3)}


def plot_networks(folder, one):
    names = [name for name in TO_REACH if name + "/tenon" in one.all]
    names += [name for name in names_of(one) if name not in names]
    # Gnuplot refuses a column without any bar.
    peers = [peer for peer in PEERS if any(peer_us(one, name, peer) for name in names)]
    rows = [[f'"{name}"', *((peer_us(one, name, peer) or 0) / one.us(name + "/tenon") or "NaN" for peer in peers)]
            for name in names]
    bars = [f"$d0 using {column}:xtic(1) t '{PEER_BARS[peer][0]}' lc rgb '{COLOURS[PEER_BARS[peer][1]]}', "
            for column, peer in enumerate(peers, 2)]
    plot(folder, "networks.svg", f"""
set style data histogram; set style histogram clustered gap 1; set style fill solid 0.9 noborder
set boxwidth 0.9; set xtics rotate by -35 noenhanced; set ylabel 'time, tenon = 1'; set yrange [0:{LONGEST_BAR}]
set key outside top center horizontal
plot {"".join(bars)}1 w l lw 2 lc rgb '{COLOURS[0]}' t 'tenon'
""", [rows])


def plot_fused(folder, one):
    rows = [[f'"{name}"', one.us(name + "/unfused") / one.us(name + "/tenon")] for name in names_of(one)
            if name + "/unfused" in one.all]
    plot(folder, "fused.svg", f"""
set style fill solid 0.9 noborder; set boxwidth 0.6; set xtics noenhanced; set yrange [0:*]; set xrange [-0.6:*]
set ylabel 'time, fused = 1'
plot $d0 using 0:2:xtic(1) w boxes lc rgb '{COLOURS[1]}' t 'unfused', 1 w l lw 2 lc rgb '{COLOURS[0]}' t 'fused'
""", [rows])


def plot_compile(folder, growth):
    plot(folder, "compile.svg", f"""
set xlabel 'layers of a chain'; set ylabel 'seconds'; set yrange [0:*]; set xrange [0:*]
plot $d0 using 1:3 w lp lw 2 pt 7 lc rgb '{COLOURS[0]}' t 'compiled for one instruction set', \\
  '' using 1:2 w lp lw 2 pt 7 lc rgb '{COLOURS[1]}' t 'checked'
""", [growth])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    folder, problems = chosen.folder, []

    def figures(name, read=Figures):
        path = folder / f"{name}.json"
        return read(path) if path.exists() else None

    def data(path):
        return json.loads(path.read_text())

    layers, one, two = figures("layers"), figures("networks-1"), figures("networks-2")
    profile, growth, errors = figures("profile", data), figures("compile", data), figures("errors", data)
    if one:
        write_networks(folder, one)
        problems = write_peers(folder, one, two)
    if layers:
        write_layers(folder, layers)
    if profile:
        write_profile(folder, profile)
    if errors:
        problems += write_errors(folder, errors)
    if not shutil.which("gnuplot"):
        print("note: no gnuplot here: no pictures", file=sys.stderr)
    else:
        if layers and profile:
            plot_roofline(folder, layers, profile)
        if one:
            plot_networks(folder, one)
            plot_fused(folder, one)
        if growth:
            plot_compile(folder, growth)
    for line in problems:
        print(f"short: {line}", file=sys.stderr)
    return 1 if problems and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
