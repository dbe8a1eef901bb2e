#!/usr/bin/env python3
"""tenon weights and tenon check: tool_weights_test.py TENON CORPUS HAS_NPZ; what they print of right, other and damaged
files. They end with status 0 or 1 and a sentence, whatever the file."""
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import time

tenon, corpus, has_npz = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3] == 'true'
SECONDS = 5


def run(*arguments):
    done = subprocess.run([tenon, *arguments], capture_output=True, text=True, errors='replace',
                          timeout=60)
    assert done.returncode in (0, 1), (arguments, done)
    assert done.returncode == 0 or done.stderr, arguments
    return done


def safetensors(tensors, metadata=None, dtype='F32'):
    header, data = ({'__metadata__': metadata} if metadata else {}), b''
    for name, shape in tensors:
        count = 1
        for extent in shape:
            count *= extent
        content = struct.pack('<f', 0.5) * count
        header[name] = {'dtype': dtype, 'shape': shape, 'data_offsets': [len(data), len(data) + len(content)]}
        data += content
    text = json.dumps(header).encode()
    return struct.pack('<Q', len(text)) + text + data


with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)

    def written(name, content):
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(folder / name)

    # ---- weights
    listed = run('weights', str(corpus / 'safetensors' / 'self-test'))
    assert listed.returncode == 0
    rows = [line.split() for line in listed.stdout.splitlines()]
    assert ['0.weight', 'F32', '[2,', '1]', '2', '1', '2', '1.5'] in rows, listed.stdout
    assert ['tenon.tolerance:', '0.001'] in rows and rows[-3][:3] == ['safetensors:', '4', 'tensors,'], listed.stdout
    other = run('weights', str(corpus / 'safetensors' / 'not-finite'))
    assert 'elements are infinite or not a number' in other.stdout, other
    escaped = run('weights', written('escape', safetensors([('a\x1b[31m', [1])], {'k\x07': '\x1b]0;x'})))
    assert escaped.returncode == 0 and '\x1b' not in escaped.stdout and 'a\\x1b[31m' in escaped.stdout, escaped
    assert ' -1.667 ' in run('weights', str(corpus / 'npy' / 'float64')).stdout
    assert run('weights', str(folder / 'missing')).returncode == 1
    if has_npz:
        npz = run('weights', str(corpus / 'npz' / 'numpy-compressed')).stdout
        assert '.npz: 3 tensors, 12 elements, 54 bytes' in npz and ' 0.6667' in npz, npz
        assert 'broken' in run('weights', str(corpus / 'npz' / 'broken-data')).stderr

    # ---- check
    model = [('0.weight', [4, 1, 3, 3]), ('0.bias', [4])]
    model += [(f'{i}.weight', [4, 4, 3, 3]) for i in range(1, 12)] + [('12.weight', [10, 4])]
    specs = '# architecture 00c0ffee00c0ffee\n' + ''.join(f'{n} {"x".join(map(str, s))}\n' for n, s in model)
    specs = written('specs.txt', specs)
    fits = run('check', written('right', safetensors(model, {'tenon.architecture': '00c0ffee00c0ffee'})), '--model', specs)
    assert fits.returncode == 0 and fits.stdout.endswith(f'fits {specs}: 14 tensors\n'), fits
    assert run('check', specs, '--model', specs).returncode == 1  # a list is no weight file
    assert run('check', folder / 'right', '--model', folder / 'right').returncode == 0
    changed = run('check', written('other', safetensors(model, {'tenon.architecture': '00c0ffee00c0ffef'})), '--model', specs)
    assert changed.returncode == 1 and 'was written for another network' in changed.stderr, changed

    def differs(tensors, dtype='F32'):
        done = run('check', written('file', safetensors(tensors, dtype=dtype)), '--model', specs)
        assert done.returncode == 1, done
        return done.stdout.splitlines(), done.stderr

    lines, summary = differs([('0.weight', [4, 3, 3, 1]), *model[2:], ('x', [2])])
    assert lines == ['- 0.weight [4, 1, 3, 3]', '+ 0.weight [4, 3, 3, 1]', '- 0.bias [4]', '+ x [2]'], lines
    assert summary.endswith('1 missing (-), 1 unexpected (+), 1 of another shape\n'), summary
    lines, summary = differs(model, 'I32')
    assert lines[0] == '! 0.weight is I32, which is not read' and '14 of another type' in summary, lines

    # Renamed layers: the file's order is not the model's, and 10 comes after 9.
    def renames(tensors):
        lines, _ = differs(sorted(tensors))
        at = next(i for i, line in enumerate(lines) if line.startswith('These renames'))
        return lines[at], ' '.join(line.strip() for line in lines[at + 1:])

    said, table = renames([('features.' + n, s) for n, s in model])
    assert said == 'These renames find 14 of 14 missing tensors, by their shapes:', said
    assert table == '{.rename = {{"features", ""}}}', table
    split = [(('features.' if n[:2] != '12' else 'classifier.') + n.replace('12', '0'), s) for n, s in model]
    said, table = renames(split)
    assert said.startswith('These renames find 14 of 14'), said
    assert '{"classifier.0", "12"}' in table and table.count('{"') == 2, table
    shifted = [(f'net.{2 * int(n.split(".")[0])}.{n.split(".")[1]}', s) for n, s in model]
    said, table = renames(shifted)
    assert said.startswith('These renames find 14 of 14') and '{"net.20", "10"}' in table, (said, table)

    # ---- lists
    for text, sentence in (('a 3 x\n', 'line 1: expected a name and a shape, found more'), ('a 3\na 4\n', 'line 2: "a" is there twice'),
                           ('a 3x\n', 'line 1: expected a shape like 6x1x5x5, found "3x"'), ('a -3\n', 'expected a shape'),
                           ('a ' + '9' * 30 + '\n', 'expected a shape'), ('', 'expected a weight file'), ('# only\n', 'expected a weight file')):
        done = run('check', folder / 'right', '--model', written('list', text))
        assert done.returncode == 1 and sentence in done.stderr, (text, done)

    # ---- damaged files
    generator, end, tried = random.Random(1), time.monotonic() + SECONDS, 0
    samples = [f.read_bytes() for f in sorted(corpus.glob('npy/*')) + sorted(corpus.glob('npz/*')) + sorted(corpus.glob('safetensors/*'))]
    samples = [s for s in samples if len(s) < 4096]
    while time.monotonic() < end:
        content = bytearray(generator.choice(samples))
        for _ in range(generator.randint(1, 4)):
            if content:
                content[generator.randrange(len(content))] = generator.choice([0, 1, 127, 255, generator.randrange(256)])
        damaged = written('damaged', bytes(content))
        run('weights', damaged)
        run('check', damaged, '--model', specs)
        run('check', folder / 'right', '--model', damaged)
        tried += 1
    print(f'{tried} damaged files')
