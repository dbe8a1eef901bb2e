"""`tenon import` on damaged and unsupported files: exit status 1, a sentence, no crash, and nothing written.
Usage: refuse_test.py TENON MODEL"""
import os
import random
import subprocess
import sys
import tempfile
import time

TENON, MODEL = sys.argv[1:]
SECONDS = 5  # for damaged files
GOOD = open(MODEL, 'rb').read()


def run(content, folder):
    """Exit status, sentences, and whether something was written."""
    model, out = os.path.join(folder, 'm.onnx'), os.path.join(folder, 'out')
    with open(model, 'wb') as f:
        f.write(content)
    done = subprocess.run([TENON, 'import', model, '-o', out], capture_output=True, text=True, errors='replace',
                          timeout=60)
    written = os.path.exists(out)
    if written:
        for name in os.listdir(out):
            os.remove(os.path.join(out, name))
        os.rmdir(out)
    return done.returncode, done.stderr, written


with tempfile.TemporaryDirectory() as folder:
    status, sentences, written = run(GOOD, folder)
    assert status == 0 and written, sentences

    # Another operator of as many letters, at both of its places: each node has its sentence.
    unknown = GOOD.replace(b'Tanh', b'Tanx')
    status, sentences, written = run(unknown, folder)
    assert status == 1 and not written
    assert len(sentences.splitlines()) == GOOD.count(b'Tanh') > 1, sentences
    assert all('(Tanx): the language has no layer for this operator' in s for s in sentences.splitlines())

    for content in (b'', b'not ONNX', GOOD[:100], GOOD[:len(GOOD) // 2], GOOD[:-1]):
        status, sentences, written = run(content, folder)
        assert status == 1 and sentences and not written, (len(content), status, sentences)

    generator, end, tried, refused = random.Random(1), time.monotonic() + SECONDS, 0, 0
    edges = [i for i, c in enumerate(GOOD) if GOOD[i:i + 4] in (b'Conv', b'Gemm', b'Tanh', b'pads')] + [0, len(GOOD) - 1]
    while time.monotonic() < end:
        content = bytearray(GOOD)
        for _ in range(generator.randint(1, 4)):
            # Most bytes are weights: what describes the graph stands near its words.
            place = generator.choice(edges) + generator.randint(-60, 60)
            content[min(max(place, 0), len(content) - 1)] = generator.choice([0, 1, 127, 128, 255,
                                                                             generator.randrange(256)])
        status, sentences, written = run(bytes(content), folder)
        assert status in (0, 1), (status, sentences)
        assert written == (status == 0) and (status == 0 or sentences), (status, sentences)
        tried, refused = tried + 1, refused + status
    assert refused > 0
    print(f'{tried} damaged files, {refused} of them refused')
