"""The net as an ONNX graph whose weights are eight bits: numbers of pieces in, the text's vector out, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from analysis.training.net.e5 import HEADS, LAYERS, WIDTH

_OPSET: Final = 17
_IR: Final = 9  # what every onnxruntime since 1.15 reads
_EPSILON: Final = 1e-12


def write(net: Mapping[str, Any], path: Path) -> None:
    """Writes the graph of a net's tensors to `path`, its products in eight bits (seven used: processors without
    VNNI add pairs of products in sixteen)."""
    import onnx
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        onnx.save(graph(net), str(whole))
        quantize_dynamic(
            str(whole),
            str(path),
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )


def graph(net: Mapping[str, Any]) -> Any:
    """The graph in 32 bits: input `pieces` (1, n) of int64, output `vector` (1, width), the mean of the last layer."""
    from onnx import TensorProto, helper, numpy_helper

    nodes: list[Any] = []
    weights: list[Any] = []

    def weight(name: str, value: npt.NDArray[Any]) -> str:
        weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(kind: str, inputs: list[str], name: str, domain: str = "", **more: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **more))
        return name

    def tensor(name: str) -> npt.NDArray[np.float32]:
        return np.asarray(net[name].detach().numpy(), np.float32)

    def normed(name: str, values: str, skipped: str, bias: str) -> str:
        inputs = [values, skipped, weight(f"{name}.w", tensor(f"{name}.w")), weight(f"{name}.b", tensor(f"{name}.b"))]
        return node("SkipLayerNormalization", [*inputs, bias], name, "com.microsoft", epsilon=_EPSILON)

    words = node("Gather", [weight("words", tensor("emb.word")), "pieces"], "read")
    length = node("Slice", [node("Shape", ["pieces"], "shape"), *_range(weight, "length", 1, 2)], "size")
    start = weight("start", np.array([0], np.int64))
    places = weight("places", (tensor("emb.pos") + tensor("emb.type")[0])[None])
    at = node("Slice", [places, start, length, weight("second", np.array([1], np.int64))], "at")
    inputs = [node("Add", [words, at], "placed"), weight("emb.ln.w", tensor("emb.ln.w"))]
    values = node("LayerNormalization", [*inputs, weight("emb.ln.b", tensor("emb.ln.b"))], "begun", epsilon=_EPSILON)
    for number in range(LAYERS):
        name = f"l{number}"
        turn = np.concatenate([tensor(f"{name}.{part}.w") for part in "qkv"]).T
        bias = np.concatenate([tensor(f"{name}.{part}.b") for part in "qkv"])
        turned = node("MatMul", [values, weight(f"{name}.qkv.w", turn)], f"{name}.qkv")
        parts = [f"{name}.{part}" for part in "qkv"]
        nodes.append(helper.make_node("Split", [turned], parts, name=f"{name}.split", axis=2))
        inputs = [*parts, weight(f"{name}.qkv.b", bias)]
        seen = node("MultiHeadAttention", inputs, f"{name}.seen", "com.microsoft", num_heads=HEADS)
        out = node("MatMul", [seen, weight(f"{name}.ao.w", tensor(f"{name}.ao.w").T)], f"{name}.ao")
        values = normed(f"{name}.aln", out, values, weight(f"{name}.ao.b", tensor(f"{name}.ao.b")))
        inner = node("MatMul", [values, weight(f"{name}.fi.w", tensor(f"{name}.fi.w").T)], f"{name}.fi")
        inner = node(
            "BiasGelu", [inner, weight(f"{name}.fi.b", tensor(f"{name}.fi.b"))], f"{name}.gelu", "com.microsoft"
        )
        out = node("MatMul", [inner, weight(f"{name}.fo.w", tensor(f"{name}.fo.w").T)], f"{name}.fo")
        values = normed(f"{name}.oln", out, values, weight(f"{name}.fo.b", tensor(f"{name}.fo.b")))
    node("ReduceMean", [values], "vector", axes=[1], keepdims=0)
    drawn = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("pieces", TensorProto.INT64, [1, "n"])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, WIDTH])],
        weights,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(drawn, opset_imports=opsets, ir_version=_IR)


def _range(weight: Any, name: str, start: int, end: int) -> list[str]:
    return [weight(f"{name}.{n}", np.array([value], np.int64)) for n, value in (("from", start), ("to", end))]
