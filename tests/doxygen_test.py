#!/usr/bin/env python3
"""Every part of the public interface has a comment, and Doxygen understands it: no warning.

    doxygen_test.py DOXYGEN [FOLDER]     FOLDER: where the pages are to stay
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A page for each of these is the proof that Doxygen has seen them.
KNOWN = ('classtenon_1_1executable', 'classtenon_1_1weights', 'structtenon_1_1model', 'namespacetenon_1_1layers')


def main(doxygen, folder):
    said = (ROOT / 'tests' / 'documentation' / 'Doxyfile.in').read_text()
    # All warnings are shown, not the first one only.
    for name, value in {'ROOT': ROOT, 'OUTPUT': folder, 'WARN_AS_ERROR': 'FAIL_ON_WARNINGS'}.items():
        said = said.replace(f'@{name}@', str(value))
    done = subprocess.run([doxygen, '-'], input=said, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    print(done.stderr, end='')
    pages = {f.stem for f in pathlib.Path(folder, 'html').glob('*.html')}
    missing = [page for page in KNOWN if page not in pages]
    print(f'{len(pages)} pages, {len(done.stderr.splitlines())} warnings, {len(missing)} pages missing', *missing)
    return 1 if done.returncode != 0 or done.stderr or missing else 0


if __name__ == '__main__':
    if len(sys.argv) > 2:
        sys.exit(main(sys.argv[1], sys.argv[2]))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(sys.argv[1], temporary))
