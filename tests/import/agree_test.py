"""An imported model builds with tenon as a subproject, passes its self-test, and gives ONNX Runtime's outputs within
1e-5 of the largest. Usage: agree_test.py TENON SOURCE_ROOT MODEL X Y"""
import os
import struct
import subprocess
import sys
import tempfile

TENON, ROOT, MODEL, X, Y = sys.argv[1:]


def floats(path):
    """The elements of a float32 .npy file of version 1."""
    with open(path, 'rb') as f:
        content = f.read()
    data = content[10 + struct.unpack('<H', content[8:10])[0]:]
    return struct.unpack(f'<{len(data) // 4}f', data)


def run(*command, status=0):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout, done.stderr


with tempfile.TemporaryDirectory() as folder:
    run(TENON, 'import', MODEL, '-o', folder)
    os.mkdir(os.path.join(folder, 'subprojects'))
    os.symlink(ROOT, os.path.join(folder, 'subprojects', 'tenon'))
    build = os.path.join(folder, 'build')
    run('meson', 'setup', build, folder)
    run('ninja', '-C', build, '-j', '2')
    program = os.path.join(build, 'run')
    y, expected = [float(line) for line in run(program, X)[0].split()], floats(Y)
    assert len(y) == len(expected)
    error, largest = max(abs(a - b) for a, b in zip(y, expected)), max(map(abs, expected))
    assert error <= 1e-5 * largest, (error, largest)

    # One bit of a weight's exponent is another network: the self-test sees it, unless it is declined.
    weights = os.path.join(folder, 'model.safetensors')
    with open(weights, 'rb') as f:
        content = bytearray(f.read())
    content[-1] ^= 1
    with open(weights, 'wb') as f:
        f.write(content)
    assert 'self-test' in run(program, X, status=1)[1]
    run(program, X, '--no-self-test')
    print(f'off by {error / largest:.2g} of the largest output')
