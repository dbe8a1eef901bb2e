#!/usr/bin/env python3
"""Pictures of networks: well-formed, complete, and taken by Graphviz where it is installed.

draw_test.py PROGRAM    a program that writes NAME.dot, NAME.svg and NAME.txt (nodes, edges) into the folder it is given
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

SVG = '{http://www.w3.org/2000/svg}'


def overlaps(boxes):
    """Pairs of rectangles (x, y, width, height) that share some area."""
    boxes = sorted(boxes, key=lambda b: b[1])
    count = 0
    for i, a in enumerate(boxes):
        for b in boxes[i + 1:]:
            if b[1] >= a[1] + a[3]:
                break
            count += a[0] < b[0] + b[2] and b[0] < a[0] + a[2]
    return count


def check_svg(name, file, nodes, edges):
    problems = []
    root = ET.parse(file).getroot()
    text = file.read_text()
    groups = [g for g in root.iter(SVG + 'g') if 'box' in g.get('class', '').split()]
    paths = [p for p in root.iter(SVG + 'path') if 'edge' in p.get('class', '').split()]
    shapes = [t for t in root.iter(SVG + 'text') if t.get('class') == 'shape']
    if len(groups) != nodes:
        problems.append(f'{len(groups)} boxes for {nodes} nodes')
    if len(paths) != edges or len(shapes) != edges:
        problems.append(f'{len(paths)} lines and {len(shapes)} shapes for {edges} edges')
    if any(not re.fullmatch(r'\d+(×\d+)*', t.text) for t in shapes):
        problems.append('a shape that is none')
    boxes = []
    for g in groups:
        rect = g.find(SVG + 'rect')
        boxes.append([float(rect.get(k)) for k in ('x', 'y', 'width', 'height')])
        if not g.find(SVG + 'text').text or not g.find(SVG + 'title').text:
            problems.append(f'box {g.get("id")} has no text')
    width, height = (float(root.get(k)) for k in ('width', 'height'))
    if any(b[0] < -1 or b[1] < -1 or b[0] + b[2] > width or b[1] + b[3] > height for b in boxes):
        problems.append('a box is outside of the picture')
    if overlaps(boxes):
        problems.append(f'{overlaps(boxes)} boxes lie on others')
    for link in re.findall(r'https?://[^"\s<]*', text):
        if link != 'http://www.w3.org/2000/svg':
            problems.append(f'refers to {link}')
    return [f'{name}.svg: {p}' for p in problems]


def check_dot(name, file, nodes, edges):
    text = file.read_text()
    problems = []
    if len(re.findall(r'^ +n\d+ \[label=', text, re.M)) != nodes:
        problems.append('not a line for each node')
    if len(re.findall(r'^ +n\d+ -> n\d+ \[label=', text, re.M)) != edges:
        problems.append('not a line for each edge')
    if dot := shutil.which('dot'):
        run = subprocess.run([dot, '-Tsvg', file], capture_output=True, text=True, timeout=300)
        if run.returncode or run.stderr.strip():
            problems.append(f'Graphviz says {run.returncode}: {run.stderr.strip()[:300]}')
        elif run.stdout.count('class="node"') != nodes or run.stdout.count('class="edge"') != edges:
            problems.append('Graphviz draws other nodes or edges')
    return [f'{name}.dot: {p}' for p in problems]


def main(program):
    problems, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, folder], check=True, timeout=300)
        for facts in sorted(pathlib.Path(folder).glob('*.txt')):
            nodes, edges = map(int, facts.read_text().split())
            problems += check_svg(facts.stem, facts.with_suffix('.svg'), nodes, edges)
            problems += check_dot(facts.stem, facts.with_suffix('.dot'), nodes, edges)
            count += 1
    print('\n'.join(problems))
    print(f'{count} networks, {len(problems)} problems' + ('' if shutil.which('dot') else '; no Graphviz here'))
    return 1 if problems or not count else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
