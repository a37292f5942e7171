"""A trained layer leaves Python: as an exported program, and as ONNX, with any number of rows."""

import onnxruntime
import pytest
import torch
from torch import nn
from torch.export import Dim

from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE

D = 6
WIDTHS = {"text": 5, "audio": 4}
BATCH = {0: Dim.DYNAMIC}


class Prediction(nn.Module):
    """What is exported of a model."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, inputs, available):
        return self.model(inputs, available).prediction


def batch(rows):
    generator = torch.Generator().manual_seed(rows)
    inputs = {m: torch.randn(rows, width, generator=generator) for m, width in WIDTHS.items()}
    return inputs, {"audio": torch.arange(rows) % 3 != 1}


SHAPES = {"inputs": dict.fromkeys(WIDTHS, BATCH), "available": {"audio": BATCH}}


def prediction(configure):
    torch.manual_seed(0)
    model = configure(in_features=WIDTHS, dim=D, num_experts=4, k=2).build()
    return Prediction(model).eval()


def saved_and_loaded(program, tmp_path):
    torch.export.save(program, tmp_path / "program.pt2")
    return torch.export.load(tmp_path / "program.pt2").module()


def test_the_layer_is_exported_with_all_its_outputs(tmp_path):
    torch.manual_seed(0)
    layer = UncertaintyAwareMoE(D, 4, 2, kl_experts="selected").eval()
    example = torch.zeros(5, D), torch.ones(5, dtype=torch.bool)
    program = torch.export.export(layer, example, dynamic_shapes=(BATCH, BATCH))
    loaded = saved_and_loaded(program, tmp_path)
    for rows in (9, 2):
        x, available = torch.randn(rows, D), torch.arange(rows) % 3 != 1
        found, right = loaded(x, available), layer(x, available)
        torch.testing.assert_close(found.hidden, right.hidden)
        torch.testing.assert_close(found.losses, right.losses)
        assert type(found.gaussian) is type(right.gaussian)


def test_a_prediction_is_exported_saved_and_loaded(tmp_path):
    module = prediction(EUARConfig.released)
    program = torch.export.export(module, batch(5), dynamic_shapes=SHAPES)
    loaded = saved_and_loaded(program, tmp_path)
    for rows in (9, 2):
        torch.testing.assert_close(loaded(*batch(rows)), module(*batch(rows)))


def test_a_whole_model_is_exported_with_all_its_outputs(tmp_path):
    model = prediction(EUARConfig).model
    loaded = saved_and_loaded(torch.export.export(model, batch(5), dynamic_shapes=SHAPES), tmp_path)
    found, right = loaded(*batch(9)), model(*batch(9))
    torch.testing.assert_close(found.joint, right.joint)
    torch.testing.assert_close(found.moe["audio"].losses, right.moe["audio"].losses)


@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # of the exporter's own code
def test_a_prediction_in_onnx_is_that_of_torch(tmp_path):
    module, (inputs, available) = prediction(EUARConfig), batch(5)
    program = torch.onnx.export(
        module, (inputs,), kwargs={"available": available}, dynamic_shapes=SHAPES, dynamo=True, verbose=False
    )
    program.save(tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for rows in (9, 2):
        inputs, available = batch(rows)
        given = (inputs["text"], inputs["audio"], available["audio"])
        fed = {node.name: x.numpy() for node, x in zip(session.get_inputs(), given, strict=True)}
        (found,) = session.run(None, fed)
        torch.testing.assert_close(torch.from_numpy(found), module(inputs, available), rtol=1e-4, atol=1e-5)
