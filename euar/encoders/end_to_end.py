"""A system of the registry on top of encoders, trained as one model.

Letters: B samples, D features.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

import torch
from torch import Generator, Tensor, nn

from euar import pretrained
from euar._checks import check_positive, check_rows, check_word, is_number, shown
from euar._layers import ModalityDict
from euar.encoders.base import Encoder, EncoderConfig
from euar.encoders.features import FeaturesConfig
from euar.encoders.padded import Rows, chosen, count, device_of
from euar.encoders.picture import PictureEncoderConfig
from euar.encoders.sequence import SequenceEncoderConfig
from euar.encoders.text import TextEncoderConfig
from euar.systems.base import Inputs, LossTerms, Output, predicted
from euar.systems.config import Task
from euar.systems.registry import BuildsModel, find

#: Configurations of encoders by the word that stands for them in `EndToEndConfig.to_dict`.
ENCODERS: dict[str, type[EncoderConfig]] = {
    "text": TextEncoderConfig,
    "picture": PictureEncoderConfig,
    "sequence": SequenceEncoderConfig,
    "features": FeaturesConfig,
}
#: Those whose weights are adapted, not learned from nothing, and need a lower rate.
PRETRAINED = (TextEncoderConfig, PictureEncoderConfig)


@dataclass(frozen=True)
class EndToEndConfig:
    """The configuration of an `EndToEnd` model.

    Attributes:
        encoders: {modality: the configuration of its encoder}; its order is the order of fusion.
        system: a name for `registry.find`.
        changes: fields of the system's configuration that differ from its defaults.
        task: `"regression"` or `"classification"`.
        outputs: numbers to predict, or classes.
        encoder_lr: highest rate of what is pretrained; all else has that of the recipe.

    Example:
        >>> config = EndToEndConfig({"audio": FeaturesConfig(73)}, system="concat", changes={"dim": 8})
        >>> EndToEndConfig.from_dict(config.to_dict()) == config
        True
    """

    encoders: dict[str, EncoderConfig]
    system: str = "default"
    changes: dict[str, Any] = field(default_factory=dict)
    task: Task = "regression"
    outputs: int = 1
    encoder_lr: float = 5e-5

    def __post_init__(self) -> None:
        if not isinstance(self.encoders, Mapping) or not self.encoders:
            raise ValueError(f"encoders: expected {{modality: encoder}}, found {shown(self.encoders)}")
        for name, encoder in self.encoders.items():
            if not isinstance(name, str) or not name or not isinstance(encoder, tuple(ENCODERS.values())):
                expected = "the name of a modality and the configuration of an encoder"
                raise ValueError(f"encoders: expected {expected}, found {shown(name)}: {shown(encoder)}")
        if not isinstance(self.system, str):
            raise ValueError(f"system: expected a name, found {shown(self.system)}")
        if not isinstance(self.changes, Mapping) or not all(isinstance(name, str) for name in self.changes):
            raise ValueError(f"changes: expected {{field: value}}, found {shown(self.changes)}")
        check_positive("outputs", self.outputs)
        if not (is_number(self.encoder_lr) and self.encoder_lr > 0):
            raise ValueError(f"encoder_lr: expected a finite number above 0, found {shown(self.encoder_lr)}")
        object.__setattr__(self, "encoders", dict(self.encoders))
        plain = {name: tuple(v) if isinstance(v, list) else v for name, v in self.changes.items()}
        object.__setattr__(self, "changes", plain)
        self._on_narrow_features()

    @classmethod
    def released(cls, audio: int, vision: int, model: str, **changes: Any) -> Self:
        """All of the released code, from its encoders to its head; `model` stands for its BERT.

        Each modality is one of 50 positions, the last, after a convolution; audio and vision go through a
        transformer before. Its rates are 1e-5 for BERT, as here, and 2e-5 for all else.

        Args:
            audio: d of a frame, 74.
            vision: d of a frame, 47 for CMU-MOSI, 35 for CMU-MOSEI.
            model: see `TextEncoderConfig`.
            **changes: fields of the system that differ, such as `num_experts`.

        Raises:
            PretrainedError: the model cannot be had.
        """
        frames = {
            m: SequenceEncoderConfig(d, pool="released", standardize=False)
            for m, d in (("audio", audio), ("vision", vision))
        }
        hidden = pretrained.loaded("AutoConfig", model).hidden_size
        text = SequenceEncoderConfig(hidden, layers=0, pool="released")
        encoders = {**frames, "text": TextEncoderConfig(model, max_tokens=50, sequence=text)}
        return cls(encoders, "released", {"projection": "none", **changes}, encoder_lr=1e-5)

    @property
    def parts(self) -> tuple[type, ...]:
        """What decides the model besides this module: the type of the system's configuration."""
        return (type(self._on_narrow_features()),)

    def system_config(self, widths: Mapping[str, int]) -> BuildsModel:
        """Return the configuration of the system on features of these widths.

        Raises:
            ValueError: the system does not take them, the task or a change.
        """
        return find(self.system).configure(widths, self.task, self.outputs, **self.changes)

    def _on_narrow_features(self) -> BuildsModel:
        """The system's configuration, before the encoders are built and their widths known."""
        fits = {name: v for name, v in self.changes.items() if (name, v) != ("projection", "none")}
        return find(self.system).configure(dict.fromkeys(self.encoders, 1), self.task, self.outputs, **fits)

    def to_dict(self) -> dict[str, Any]:
        """All fields as plain values, ready for JSON."""
        words = {kind: word for word, kind in ENCODERS.items()}
        encoders = {m: {"kind": words[type(e)], **e.to_dict()} for m, e in self.encoders.items()}
        plain = {name: getattr(self, name) for name in ("system", "task", "outputs", "encoder_lr")}
        return {"encoders": encoders, "changes": dict(self.changes), **plain}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`, also after a trip through JSON.

        Raises:
            ValueError: a field or kind that the configuration does not have.
        """
        for name in fields:
            check_word(f"field of {cls.__name__}", name, sorted(cls.__dataclass_fields__))
        return cls(**{**fields, "encoders": {m: _read(m, e) for m, e in fields["encoders"].items()}})

    def build(self) -> "EndToEnd":
        """A model with pretrained encoders, where they are, and a freshly initialised system.

        Raises:
            PretrainedError: a package or a pretrained model is missing.
        """
        return EndToEnd(self)


class EndToEnd(nn.Module):
    """Encoders, then a system: the same forward, loss and predict as a `MultimodalModel`.

    Args:
        config: see `EndToEndConfig`.

    Attributes:
        encoders: one a modality.
        system: a `MultimodalModel` on their features.

    Example:
        >>> model = EndToEndConfig({"audio": FeaturesConfig(2)}, system="linear-head").build()
        >>> model({"audio": torch.zeros(3, 2)}).prediction.shape
        torch.Size([3])
    """

    #: Encoders are too large for replicas that train as one program.
    stacks = False
    system: Any

    def __init__(self, config: EndToEndConfig):
        super().__init__()
        self.config = config
        built = {m: encoder.build() for m, encoder in config.encoders.items()}
        self.encoders = ModalityDict(built)
        self.system = config.system_config({m: encoder.width for m, encoder in built.items()}).build()

    @property
    def epoch(self) -> int:
        """The epoch under way, which is the system's."""
        return int(self.system.epoch)

    @epoch.setter
    def epoch(self, number: int) -> None:
        self.system.epoch = number

    def forward(
        self,
        inputs: Mapping[str, Rows],
        available: Inputs | None = None,
        generator: Generator | None = None,
    ) -> Output:
        """Predict a batch.

        Args:
            inputs: {modality: B rows as its encoder takes them}. A modality that is not there is unavailable
                for every row.
            available: {modality: (B,) bool}; True for all by default. Rows that are not are not encoded.
            generator: source of crops and flips, and of whatever noise the system draws, in training.

        Raises:
            ValueError: an unknown modality, rows that its encoder does not take, unequal batches, a mask that
                is not bool of shape (B,), or a row without any modality.
        """
        features = self.encode(inputs, available, generator)
        output: Output = self.system(features, available or {}, generator)
        return output

    def encode(
        self,
        inputs: Mapping[str, Rows],
        available: Inputs | None = None,
        generator: Generator | None = None,
    ) -> dict[str, Tensor]:
        """Return what the system sees of a batch: {modality: (B, D)}; arguments and errors: `forward`."""
        available = available or {}
        self._check(inputs, available)
        first = next(iter(inputs.values()))
        views = self._views(count(first), device_of(first), generator) if self.training else {}
        return {
            m: self._encoded(m, inputs[m], available.get(m), views.get(m))
            for m in self.encoders
            if m in inputs
        }

    def loss(self, output: Any, target: Tensor) -> LossTerms:
        """The system's objective and its terms; arguments and errors: `MultimodalModel.loss`."""
        terms: LossTerms = self.system.loss(output, target)
        return terms

    def predict(self, inputs: Mapping[str, Rows], available: Inputs | None = None) -> Tensor:
        """Predict in evaluation mode, without gradients; arguments and errors: `forward`."""
        return predicted(self, inputs, available)

    def parameter_groups(self, lr: float) -> list[dict[str, Any]]:
        """Return what trains as torch's optimisers take it: pretrained parameters first, then all others.

        Args:
            lr: highest rate of the others; the first have the configuration's `encoder_lr`.
        """
        tuned = [m for m, e in self.config.encoders.items() if isinstance(e, PRETRAINED)]
        encoder = [p for m in tuned for p in self.encoders[m].parameters() if p.requires_grad]
        known = set(map(id, encoder))
        others = [p for p in self.parameters() if p.requires_grad and id(p) not in known]
        groups = [{"params": encoder, "lr": self.config.encoder_lr}, {"params": others, "lr": lr}]
        return [group for group in groups if group["params"]]

    def _check(self, inputs: Mapping[str, Rows], available: Inputs) -> None:
        if not inputs:
            raise ValueError(f"inputs: expected at least one of {', '.join(self.encoders)}, found none")
        rows = {m: count(x) for m, x in inputs.items()}
        first = next(iter(rows.values()))
        for m, x in inputs.items():
            check_word("modality", m, tuple(self.encoders))
            self._encoder(m).check(f"inputs[{m!r}]", x)
            if rows[m] != first:
                raise ValueError(f"inputs[{m!r}]: expected {first} rows, found {rows[m]}")
        for m, mask in available.items():
            check_word("modality", m, tuple(self.encoders))
            check_rows(f"available[{m!r}]", mask, first)

    def _views(self, rows: int, device: torch.device, generator: Generator | None) -> dict[str, Tensor]:
        """Draw the crops and flips of a batch, whatever modalities it has: {modality: (B, 3)}."""
        streams = {
            m: "" if encoder.augment == "shared" else m
            for m, encoder in self.config.encoders.items()
            if isinstance(encoder, PictureEncoderConfig) and encoder.augment != "none"
        }
        drawn = {
            stream: torch.rand(rows, 3, generator=generator, device=device)
            for stream in dict.fromkeys(streams.values())
        }
        return {m: drawn[stream] for m, stream in streams.items()}

    def _encoded(self, modality: str, rows: Rows, mask: Tensor | None, view: Tensor | None) -> Tensor:
        """Features (B, D); 0 in the rows that are not available, which do not enter the encoder."""
        encoder = self._encoder(modality)
        given = () if view is None else (view,)
        if mask is None or bool(mask.all()):
            features: Tensor = encoder(rows, *given)
            return features
        present = mask.nonzero().squeeze(-1)
        if not len(present):
            return torch.zeros(count(rows), encoder.width, device=mask.device)
        some: Tensor = encoder(chosen(rows, present), *(v[present] for v in given))
        return some.new_zeros(count(rows), encoder.width).index_copy(0, present, some)

    def _encoder(self, modality: str) -> Encoder:
        return cast(Encoder, self.encoders[modality])


def _read(modality: str, fields: Mapping[str, Any]) -> EncoderConfig:
    kind = fields.get("kind")
    check_word(f"encoders[{modality!r}].kind", kind, tuple(ENCODERS))
    return ENCODERS[str(kind)].from_dict({name: value for name, value in fields.items() if name != "kind"})
