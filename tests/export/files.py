"""What every exported file must hold."""
import onnx
from onnx import shape_inference


def check(model):
    """Raises where ONNX's checker does not take the model, or infers other shapes than those that the file states."""
    onnx.checker.check_model(model, full_check=True)
    assert model.producer_name == 'tenon' and model.producer_version
    names = [n.name for n in model.graph.node]
    assert len(set(names)) == len(names), 'two nodes have one name'
    said = {v.name: v.type for v in [*model.graph.value_info, *model.graph.output]}
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.value_info[:]
    for value in bare.graph.output:
        value.type.tensor_type.ClearField('shape')
    inferred = shape_inference.infer_shapes(bare, strict_mode=True)
    found = {v.name: v.type for v in [*inferred.graph.value_info, *inferred.graph.output]}
    for name, kind in said.items():
        assert name in found, f'{name}: no shape is inferred'
        assert found[name] == kind, f'{name}: {found[name]} is inferred, {kind} is stated'
