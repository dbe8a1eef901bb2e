#!/usr/bin/env python3
"""Networks exported and imported again are the same types: equal layers, names and edges, so that the plan, and what explain
prints, is the same. All layers that the exporter knows, and networks of examples/zoo.

    roundtrip_test.py TENON EXPORT_LAYERS EXPORT_ZOO NAME...
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

tenon, export_layers, export_zoo, *names = sys.argv[1:]

# What ONNX says in another way, so that it comes back as other layers that do the same, by reason.
OTHERWISE = {name: why for why, names in {
    'padding that has a name comes back as numbers':
        'average_same conv_full conv_replicate conv_same_dilated conv_same_torch conv_transpose_same '
        'conv_transpose_same_lower max_same max_wide',
    'numbers that count from the end, and those that may be left out':
        'layer_norm_axis local_response_norm reshape slice slice_axis slice_backwards softmax_axis split_axis squeeze '
        'squeeze_all squeeze_axes squeeze_nothing',
    'written out in several operators that are layers, too':
        'adaptive_more adaptive_one adaptive_uneven average_dilated average_dilated_excluded channel_shuffle_vector '
        'conv_cyclic conv_cyclic_1d conv_flipped conv_untied crop formula_identity gelu_tanh global_linf '
        'group_norm_no_affine group_norm_vector instance_norm_1d l1_ceil l2_dilated layer_norm_no_affine '
        'layer_norm_per_position_1d layer_norm_per_position_vector linf pad_cyclic pad_nothing pixel_unshuffle',
    'uniform adaptive pools are pools': 'adaptive_even',
    'a last window that is dropped': 'average_ceil_dropped average_ceil_dropped_excluded max_ceil_dropped',
    'several inputs or outputs: in another order, or an output that is named twice': 'several tags twice',
}.items() for name in names.split()}
# What does not come back: what it is written out in is no layer.
REFUSED = ('formula formula_constant formula_erf formula_seven l3_ceil local_1d local_2d local_3d local_cyclic '
           'local_response_norm_1d local_response_norm_even').split()


README = (pathlib.Path(__file__).resolve().parents[2] / 'README.md').read_text()
in_readme = []  # networks whose type README.md shows


def returned(model):
    """The architecture of a model's type, or the sentences with which it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / 'out'
        done = subprocess.run([tenon, 'import', model, '-o', out, '--no-self-test'], capture_output=True, text=True)
        if done.returncode != 0:
            assert done.returncode == 1 and not out.exists(), done
            return None, done.stderr
        shown = re.search(rf'<!-- imported: {pathlib.Path(model).stem} -->\n```cpp\n(.*?)```', README, re.S)
        if shown:
            in_readme.append(pathlib.Path(model).stem)
            assert shown[1] in (out / 'model.hpp').read_text(), (out / 'model.hpp').read_text()
        with open(out / 'model.safetensors', 'rb') as file:
            header = json.loads(file.read(struct.unpack('<Q', file.read(8))[0]))
    return int(header['__metadata__']['tenon.architecture'], 16), ''


wrong, equal = [], 0
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    subprocess.run([export_layers, folder / 'layers'], check=True)
    models = sorted((folder / 'layers').glob('*.onnx'))
    for name in names:
        subprocess.run([export_zoo, folder / 'zoo', name], check=True)
        models.append(folder / 'zoo' / (name + '.onnx'))
    for model in models:
        name, expected = model.stem, int(model.with_suffix('.hash').read_text(), 16)
        found, sentences = returned(model)
        as_said = (name in REFUSED) == (found is None) and (name in OTHERWISE) == (found not in (None, expected))
        equal += found == expected
        if not as_said:
            wrong.append(f'{name}: ' + (sentences or ('is equal' if found == expected else 'is another type')))
        model.unlink()
print(f'{len(models)} networks, {equal} come back as they were')

assert 'resnet18' in in_readme or 'resnet18' not in names, 'README.md shows no imported ResNet-18'
assert not wrong, '\n'.join(wrong)
