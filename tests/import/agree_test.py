"""An imported model builds with tenon installed, passes its self-test, and gives ONNX Runtime's outputs within 1e-5 of the
largest; what is generated is formatted. Usage: agree_test.py MODEL X Y BUILD PREFIX MESON_COMMAND..."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, TESTS)
from installed import install  # noqa: E402

MODEL, X, Y, BUILD, PREFIX, *MESON = sys.argv[1:]


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


with tempfile.TemporaryDirectory() as temporary:
    tree = install(BUILD, PREFIX, MESON, temporary)
    folder = os.path.join(temporary, 'lenet5')
    run(os.path.join(tree, 'bin', 'tenon'), 'import', MODEL, '-o', folder)
    if shutil.which('clang-format'):
        shutil.copy(os.path.join(TESTS, '..', '.clang-format'), folder)
        run('clang-format', '--dry-run', '-Werror', *[os.path.join(folder, f) for f in ('model.hpp', 'model.cpp', 'main.cpp')])
    build = os.path.join(folder, 'build')
    # What is generated has no warning either.
    run(*MESON, 'setup', build, folder, '-Dwerror=true', '-Doptimization=0', '--wrap-mode=nofallback')
    run(*MESON, 'compile', '-C', build)
    program = os.path.join(build, 'run')
    printed, said = run(program, X)
    assert printed.startswith('output 0: the largest of 10\n') and 'to pack the weights' in said, (printed, said)
    assert run(program, X, '-o', os.path.join(folder, 'y.npy'))[0] == ''
    y, expected = floats(os.path.join(folder, 'y.npy')), floats(Y)
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
    assert 'usage' in run(program, status=1)[1]
    assert 'usage' in run(program, X, '--other', status=1)[1]
    run(program, X, '--no-self-test')
    print(f'off by {error / largest:.2g} of the largest output')
