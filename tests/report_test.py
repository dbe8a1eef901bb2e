#!/usr/bin/env python3
"""Pages about networks: well-formed, complete, loading nothing. Where Chromium is installed, it draws them without a
word on its console, in light and dark, on narrow and wide windows.

report_test.py PROGRAM [--keep FOLDER]    a program that writes NAME.html and NAME.txt into the folder it is given;
                                          pictures of the pages are left in the folder"""
import argparse
import base64
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zlib


def png_pixels(data):
    """(width, height, rows of bytes, bytes of a pixel) of an 8-bit PNG that is not interlaced."""
    if data[:8] != b'\x89PNG\r\n\x1a\n':
        raise ValueError('no PNG')
    at, packed = 8, b''
    while at < len(data):
        length, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if zlib.crc32(kind + body) != struct.unpack('>I', data[at + 8 + length:at + 12 + length])[0]:
            raise ValueError('a chunk is damaged')
        if kind == b'IHDR':
            width, height, depth, colour = struct.unpack('>IIBB', body[:10])
        elif kind == b'IDAT':
            packed += body
        at += 12 + length
    size = max(1, {0: 1, 2: 3, 3: 1, 6: 4}[colour] * depth // 8)
    stride = (width * {0: 1, 2: 3, 3: 1, 6: 4}[colour] * depth + 7) // 8
    raw, rows, before = zlib.decompress(packed), [], bytes(stride)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride) if kind else ():
            a = line[x - size] if x >= size else 0
            b, c = before[x], before[x - size] if x >= size else 0
            if kind == 1:
                guess = a
            elif kind == 2:
                guess = b
            elif kind == 3:
                guess = (a + b) // 2
            else:
                p = a + b - c
                guess = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            line[x] = (line[x] + guess) & 255
        rows.append(bytes(line))
        before = line
    return width, height, rows, size


def check_structure(file, facts):
    nodes, edges, steps, buffers, times, with_input = facts
    text, problems = file.read_text(), []

    def expect(what, found, wanted):
        if found != wanted:
            problems.append(f'{found} {what}, not {wanted}')

    root = ET.fromstring(text)
    every = list(root.iter())

    def having(tag, word):
        return [e for e in every if e.tag == tag and word in e.get('class', '').split()]

    expect('boxes of layers', len(having('g', 'box')), nodes)
    expect('edges', len(having('path', 'edge')), edges)
    expect('shapes on edges', len([e for e in having('text', 'shape') if re.fullmatch(r'\d+(×\d+)*', e.text or '')]), edges)
    expect('rows of steps', [e.get('data-step') for e in having('tr', 'step')], [str(i) for i in range(steps)])
    expect('rows of layers', [e.get('data-node') for e in every if e.get('data-node')], [str(i) for i in range(nodes)])
    expect('blocks of the arena', len(having('g', 'block')), buffers)
    ids = [e.get('id') for e in every if e.get('id')]
    expect('ids', len(set(ids)), len(ids))
    expect('overlapping blocks', overlapping(root), 0)
    expect('charts', len(having('svg', 'chart')), 2 if times else 1)
    expect('notes that there are no times', text.count('No times:'), 0 if times else 1)
    for link in [e.get(k) for e in every for k in ('href', 'src', 'action', 'data', 'poster') if e.get(k)]:
        if not link.startswith('data:') and not (link.startswith('#') and link[1:] in ids):
            problems.append(f'refers to {link[:60]}')
    if re.search(r'https?:|//[a-z]|@import|url\(|\bfetch\(|XMLHttp|\bimport\b', re.sub(r'base64,[\w+/=]*', '', text)):
        problems.append('may load something')
    for word in ('script', 'link', 'style', 'head', 'body'):
        expect(f'elements {word}', len([e for e in every if e.tag == word]), 1)
    pictures = [e for e in every if e.tag == 'img']
    if 'without libpng' not in text:
        if with_input and times and not pictures:
            problems.append('no pictures of feature maps')
        for e in pictures:
            width, height, rows, _ = png_pixels(base64.b64decode(e.get('src').split('base64,')[1], validate=True))
            if width < 1 or height < 1 or len(rows) != height or not e.get('alt'):
                problems.append('a picture without pixels or text')
    return problems


def overlapping(root):
    """Pairs of buffers of the arena that live at one time in one place; those within others are not counted."""
    blocks = [[float(e.find('rect').get(k)) for k in ('x', 'y', 'width', 'height')] for e in root.iter('g')
              if 'block' in e.get('class', '').split() and 'part' not in e.get('class').split()]
    # Half a pixel is rounding.
    return sum(a[0] + .5 < b[0] + b[2] and b[0] + .5 < a[0] + a[2] and a[1] + .5 < b[1] + b[3] and b[1] + .5 < a[1] + a[3]
               and min(a[3], b[3]) > 1 for i, a in enumerate(blocks) for b in blocks[:i])


def check_known(file):
    """The pictures of the input x and of the first feature maps x and -x."""
    pictures = [e for e in ET.parse(file).getroot().iter('img')]
    if not pictures:
        return []
    grey, one, two = ([p for row in png_pixels(base64.b64decode(e.get('src').split('base64,')[1]))[2] for p in row]
                      for e in [pictures[0]] + [e for e in pictures if e.get('alt').startswith('channel')][:2])
    shades = [p * 63 / 255 for p in grey[::3]]  # of 64; the input's are rounded once more
    if max(abs(a - b) for a, b in zip(shades, one)) > 1 or max(abs(63 - a - b) for a, b in zip(shades, two)) > 1:
        return [f'the maps x and -x are {one[:8]} and {two[:8]} for {[round(s) for s in shades[:8]]}']
    return [] if len(set(one)) > 8 and len(one) == 64 else ['the map x is flat']


def check_gated(file):
    """What a global pool makes of each row is no feature map."""
    titles = [''.join(e.itertext()) for e in ET.parse(file).getroot().iter('h4')]
    strips = [t for t in titles if 'global_avg_pool' in t]
    return [f'pictures of {strips}'] if strips or not titles else []


def chromium():
    for name in ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'):
        if found := shutil.which(name):
            return found
    return None


def browse(browser, page, folder, options):
    command = [browser, '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
               '--enable-logging=stderr', f'--user-data-dir={folder}/profile', '--no-first-run', *options, f'file://{page}']
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def console(run):
    return [line for line in run.stderr.splitlines() if 'CONSOLE' in line]


def check_console(browser, folder):
    """Would an error of a page be heard?"""
    page = folder / 'wrong-page.html'
    page.write_text('<!DOCTYPE html><script>nothing.is.here</script>')
    return [] if console(browse(browser, page, folder, ['--dump-dom'])) else ['an error on the console was not heard']


def check_in_browser(browser, file, folder):
    problems = []
    colours = {}
    for name, width, height, options in (('light', 1600, 2600, []),
                                         ('dark', 1600, 2600, ['--blink-settings=preferredColorScheme=0']),
                                         ('narrow', 400, 2600, [])):
        picture = folder / f'{file.stem}-{name}.png'
        for _ in range(3):  # on a machine with much to do, Chromium sometimes gives up before it has drawn
            run = browse(browser, file, folder, [f'--window-size={width},{height}', f'--screenshot={picture}', *options])
            if picture.exists():
                break
        if not picture.exists():
            problems.append(f'{name}: no picture: {run.stderr[-300:]}')
            continue
        problems += [f'{name}: {line[:200]}' for line in console(run)]
        _, _, rows, size = png_pixels(picture.read_bytes())
        counts = {}
        for row in rows[::4]:
            for x in range(0, len(row), 4 * size):
                counts[row[x:x + 3]] = counts.get(row[x:x + 3], 0) + 1
        most = max(counts, key=counts.get)
        colours[name] = sum(most)
        share = counts[most] / sum(counts.values())
        if len(counts) < 50 or share > 0.97:
            problems.append(f'{name}: {len(counts)} colours, {share:.0%} of one: nearly blank')
        foot = [row[x:x + 3] for row in rows[:300:4] for x in range(0, len(row), 4 * size)]
        if len(set(foot)) < 3:
            problems.append(f'{name}: nothing at the top')
    if colours.get('light', 0) <= colours.get('dark', 999):
        problems.append(f'dark is not darker than light: {colours}')
    # Nothing but the panes is wider than the window; hovering marks what belongs together.
    probe = folder / f'{file.stem}-probe.html'
    probe.write_text(file.read_text().replace('</body>', '''<script>
      var row=document.querySelector('tr.step');
      row.dispatchEvent(new PointerEvent('pointerover',{bubbles:true}));
      document.documentElement.setAttribute('data-probe',
        document.documentElement.scrollWidth+' '+window.innerWidth+' '+document.querySelectorAll('.on').length);
      </script></body>'''))
    for width in (400, 2000):
        run = browse(browser, probe, folder, [f'--window-size={width},900', '--dump-dom'])
        found = re.search(r'data-probe="(\d+) (\d+) (\d+)"', run.stdout)
        if not found:
            problems.append(f'the script of the page did not run: {run.stderr[-300:]}')
        elif int(found[1]) > int(found[2]):
            problems.append(f'{found[1]} pixels wide in a window of {found[2]}')
        elif int(found[3]) < 1:
            problems.append('nothing is marked')
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--keep', type=pathlib.Path)
    options = parser.parse_args()
    problems, count = [], 0
    browser = chromium()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(exist_ok=True, parents=True)
        folder = folder.resolve()
        subprocess.run([options.program, folder], check=True, timeout=300)
        if browser:
            problems += check_console(browser, folder)
        for facts in sorted(folder.glob('*.txt')):
            page = facts.with_suffix('.html')
            try:
                found = check_structure(page, [int(n) for n in facts.read_text().split()])
            except ET.ParseError as error:
                found = [f'not well-formed: {error}']
            if facts.stem == 'known' and not found:
                found += check_known(page)
            if facts.stem == 'gated' and not found:
                found += check_gated(page)
            if browser:
                found += check_in_browser(browser, page, folder)
            problems += [f'{page.name}: {p}' for p in found]
            count += 1
    print('\n'.join(problems))
    print(f'{count} pages, {len(problems)} problems' + ('' if browser else '; no Chromium here: not drawn'))
    return 1 if problems or not count else 0


if __name__ == '__main__':
    sys.exit(main())
