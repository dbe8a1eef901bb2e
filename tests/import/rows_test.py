"""ONNX's own backend tests through `tenon import`: each row of tests/onnx/onnx_tests.tsv is imported, all are compiled in
one batch, and run on every instruction set. The outputs are within 1e-5 of the largest. Needs python3-onnx and
libonnx-testdata, and exits with 77 where they are not.
Usage: rows_test.py TENON LIBRARY BUILD [NAME...]; NAME: only rows that have it in their names"""
import collections
import concurrent.futures
import math
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / 'onnx')]
from compile_commands import commands_of  # noqa: E402

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
    import generate
except ImportError:
    print('skipped: python3-onnx is not here')
    sys.exit(77)

TENON, LIBRARY, BUILD = sys.argv[1:4]
ALIKE = TESTS / 'batch_test.cpp'  # the models are compiled as this file is
PER_UNIT = 8  # models that are compiled together
TOLERANCE = 1e-5

# Rows of the tier `ext` that are refused, and the words of the sentence that say why.
CUBIC = 'only nearest and linear interpolation are supported'
REFUSED = {
    'test_constant': 'the graph has no input',
    'test_resize_upsample_scales_cubic_A_n0p5_exclude_outside': CUBIC,
    'test_resize_upsample_scales_cubic_align_corners': CUBIC,
    'test_resize_upsample_scales_cubic_asymmetric': CUBIC,
    'test_resize_upsample_sizes_cubic': CUBIC,
    'test_slice_start_out_of_bounds': 'its output has no elements, and a feature map has at least one',
}

MAIN = '''#include <cstdio>
#include <exception>
#include <string>
%s
int main(int, char** argv) try {
  const std::string folder = argv[1];
%s
} catch (const std::exception& e) {
  std::fprintf(stderr, "%%s\\n", e.what());
  return 1;
}
'''

RUNNER = '''// Runs a model on all that there is in the folder of a row.
#pragma once
#include <hwy/targets.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <tenon/load.hpp>
#include <vector>

template <class M>
void run_row(const std::string& folder) try {
  const tenon::weights<M> weights = tenon::load_safetensors<M>(folder + "/out/model.safetensors");
  std::ifstream x_file(folder + "/x", std::ios::binary);
  std::ofstream y_file(folder + "/y", std::ios::binary);
  tenon::index xs = 0, ys = 0;
  for (const tenon::shape& s : M::input_shapes) xs += s.count();
  for (const tenon::shape& s : M::output_shapes) ys += s.count();
  std::vector<float> x(static_cast<std::size_t>(xs)), y(static_cast<std::size_t>(ys));
  const auto scratch = std::make_unique<typename M::workspace>();
  while (x_file.read(reinterpret_cast<char*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(float)))) {
    for (const auto target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      const auto net = std::make_unique<tenon::executable<M>>(weights);
      std::array<const float*, M::input_count> from;
      std::array<float*, M::output_count> to;
      const float* in = x.data();
      float* out = y.data();
      for (std::size_t i = 0; i < from.size(); ++i) from[i] = in, in += M::input_shapes[i].count();
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = out, out += M::output_shapes[i].count();
      net->run(from, to, *scratch);
      y_file.write(reinterpret_cast<const char*>(y.data()), static_cast<std::streamsize>(y.size() * sizeof(float)));
    }
    hwy::SetSupportedTargetsForTest(0);
  }
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s: %s\\n", folder.c_str(), e.what());
}
'''


def tensor(path):
    proto = onnx.TensorProto()
    proto.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(proto)


class Row:
    """A test, and its model with weights, bounds, shapes and what else is no feature map as initializers."""

    def __init__(self, row, number, root):
        self.row, self.number, self.folder = row, number, root / str(number)
        self.folder.mkdir()
        source = generate.DATA / row.folder / row.test
        model = onnx.load(source / 'model.onnx')
        data = source / 'test_data_set_0'
        given = {v.name: tensor(data / f'input_{i}.pb') for i, v in enumerate(model.graph.input)
                 if (data / f'input_{i}.pb').exists()}
        if row.test in generate.NOT_MAPPED:
            names = [v.name for v in model.graph.input][:1]
        else:
            names = generate.Network(row).expression.inputs
        for v in [v for v in model.graph.input if v.name not in names]:
            model.graph.input.remove(v)
            if v.name not in [i.name for i in model.graph.initializer]:
                model.graph.initializer.append(numpy_helper.from_array(given[v.name], v.name))
        self.inputs = {name: given[name] for name in names}
        self.outputs = [tensor(data / f'output_{i}.pb') for i in range(len(model.graph.output))]
        onnx.save(model, self.folder / 'model.onnx')

    @property
    def title(self):
        return f'{self.row.folder}/{self.row.test}'

    def imported(self):
        """The sentences with which it was refused; none if it was not."""
        done = subprocess.run([TENON, 'import', self.folder / 'model.onnx', '-o', self.folder / 'out', '--name', 'Net'],
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            assert not (self.folder / 'out').exists(), self.title
            return done.stderr or f'exit status {done.returncode}'
        text = (self.folder / 'out' / 'model.hpp').read_text()
        (self.folder / 'model.hpp').write_text(text.replace('namespace imported', f'namespace row_{self.number}'))
        shapes = re.findall(r'^//   (input|output) +(.*) ([0-9x]+)$', text, re.M)
        self.order = [name for kind, name, _ in shapes if kind == 'input']
        counts = {kind: [math.prod(map(int, s.split('x'))) for k, _, s in shapes if k == kind] for kind in ('input', 'output')}
        # The first axis is the batch where a feature map has fewer elements than the tensor.
        inputs = [np.ascontiguousarray(self.inputs[name], np.float32) for name in self.order]
        self.runs = inputs[0].size // counts['input'][0]
        assert [x.size for x in inputs] == [self.runs * c for c in counts['input']], (self.title, counts)
        assert [y.size for y in self.outputs] == [self.runs * c for c in counts['output']], (self.title, counts)
        (self.folder / 'x').write_bytes(b''.join(x.reshape(self.runs, -1)[i].tobytes() for i in range(self.runs)
                                                 for x in inputs))
        return ''

    def wrong(self):
        """Where its outputs are not those of the test, in words."""
        path = self.folder / 'y'
        expected = np.concatenate([y.reshape(self.runs, -1) for y in self.outputs], 1).astype(np.float64)
        y = np.frombuffer(path.read_bytes(), np.float32) if path.exists() else np.empty(0)
        if y.size == 0 or y.size % expected.size != 0:
            return 'it did not run'
        error = np.abs(y.reshape(self.runs, -1, expected.shape[1]) - expected[:, None]).max()
        return '' if error <= TOLERANCE * np.abs(expected).max() else f'off by {error}, of {np.abs(expected).max()}'


def build(rows, root):
    """The program that runs them."""
    (root / 'runner.hpp').write_text(RUNNER)
    command, directory = commands_of(BUILD)[ALIKE]
    command += ['-O1', '-Wno-error']
    functions = []
    for first in range(0, len(rows), PER_UNIT):
        part, name = rows[first:first + PER_UNIT], f'unit_{first}'
        functions.append(name)
        (root / f'{name}.cpp').write_text('\n'.join([
            '#include "runner.hpp"', *(f'#include "{r.number}/model.hpp"' for r in part),
            '#define TENON_MODEL ' + ', '.join(f'row_{r.number}::Net' for r in part), '#include <tenon/instantiate.hpp>',
            f'void {name}(const std::string& folder) {{',
            *(f'  run_row<row_{r.number}::Net>(folder + "/{r.number}");' for r in part), '}', '']))
    (root / 'main.cpp').write_text(MAIN % ('\n'.join(f'void {f}(const std::string&);' for f in functions),
                                           '\n'.join(f'  {f}(folder);' for f in functions)))

    def compiled(name):
        done = subprocess.run([*command, '-I', root, '-c', root / f'{name}.cpp', '-o', root / f'{name}.o'], cwd=directory,
                              capture_output=True, text=True)
        return f'{name}: {done.stderr[:3000]}' if done.returncode else ''
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        errors = ''.join(pool.map(compiled, [*functions, 'main']))
    assert not errors, errors
    linked = subprocess.run([command[0], *[w for w in command if w.startswith('-fsanitize')], '-o', root / 'rows',
                             *[root / f'{f}.o' for f in [*functions, 'main']], LIBRARY, '-lhwy', '-lzip', '-lpng', '-pthread'],
                            capture_output=True, text=True)
    assert linked.returncode == 0, linked.stderr[:3000]
    return root / 'rows'


def main():
    if not generate.DATA.exists():
        print('skipped: libonnx-testdata is not here')
        return 77
    bad, passed, refused = [], collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        root, rows = pathlib.Path(folder), []
        for number, row in enumerate(generate.rows()):
            if sys.argv[4:] and not any(name in row.test for name in sys.argv[4:]):
                continue
            one = Row(row, number, root)
            sentences = one.imported()
            reason = REFUSED.get(row.test)
            if not sentences:
                rows.append(one)
                if reason:
                    bad.append(f'{one.title} is imported, and stands in the table of those that are refused')
            elif reason and reason in sentences and row.tier != 'core':
                refused[row.tier] += 1
            else:
                bad.append(f'{one.title} ({row.tier}): {sentences.strip()}'.replace(str(one.folder) + '/', ''))
        print('\n'.join(bad), flush=True)
        if rows:
            program = subprocess.run([build(rows, root), root], capture_output=True, text=True, timeout=600)
            print(program.stderr)
            bad += [f'the runner ended with {program.returncode}'] if program.returncode else []
        for one in rows:
            wrong = one.wrong()
            if wrong:
                bad.append(f'{one.title} ({one.row.tier}): {wrong}')
                print(bad[-1], (one.folder / 'model.hpp').read_text(), sep='\n')
            else:
                passed[one.row.tier] += 1
    print('\n'.join(bad))
    print(f'passed: {dict(passed)}; refused: {dict(refused)}; {len(bad)} wrong')
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
