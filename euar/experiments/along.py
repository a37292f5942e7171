"""Train a system with its encoders, as one model."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from euar import pretrained
from euar.data import DataError, MultimodalDataset
from euar.encoders import (
    EncoderConfig,
    EndToEndConfig,
    FeaturesConfig,
    PictureEncoderConfig,
    TextEncoderConfig,
)
from euar.encoders.cached import CachedPictureEncoderConfig
from euar.encoders.end_to_end import PRETRAINED
from euar.encoders.picture import LITE0
from euar.experiments.changed import Changed
from euar.experiments.measurement import Observation, observed
from euar.experiments.tuned import ENCODER_LR
from euar.training import fit
from euar.training.raw_source import RawSource, default_encoders

#: The modalities of the released code, which has one path for all three.
_RELEASED = {"audio", "vision", "text"}

#: Which encoders read a field of `Along`, and what those read.
_READ_BY: dict[str, tuple[tuple[type[EncoderConfig], ...], str]] = {
    "text": ((TextEncoderConfig,), "texts"),
    "picture": ((PictureEncoderConfig,), "pictures"),
    "encoder_lr": (PRETRAINED, "texts or pictures"),
    "frozen": (PRETRAINED, "texts or pictures"),
    "cached": ((PictureEncoderConfig,), "pictures"),
}


@dataclass(frozen=True, kw_only=True)
class Along(Changed):
    """A system and the encoders below it, as data.

    Texts and pictures have pretrained encoders, frames of sound or faces a convolution and a transformer, and
    features none. The system `released`, on frames of audio and vision beside texts, is all of the released
    code, see `EndToEndConfig.released`.

    Attributes:
        text: see `TextEncoderConfig.model`; None: MiniLM.
        picture: see `PictureEncoderConfig.model`; None: EfficientNet-Lite0.
        encoder_lr: the highest rate of what is pretrained; None: that of the recorded trainings.
        frozen: lowest blocks of pretrained encoders that stay as they are; None: none.
        cached: whether the frozen blocks of a picture encoder see each picture once, as it is, without crops
            and flips; None: not.
    """

    text: str | None = None
    picture: str | None = None
    encoder_lr: float | None = None
    frozen: int | None = None
    cached: bool | None = None

    def config(self, dataset: MultimodalDataset) -> EndToEndConfig:
        """Return the encoders and the system.

        Raises:
            DataError: there is nothing that an encoder reads, or that one with a setting of its own reads.
            ValueError: a field that the system lacks or refuses.
            PretrainedError: a model cannot be had.
        """
        found = default_encoders(dataset)
        if all(isinstance(encoder, FeaturesConfig) for encoder in found.values()):
            expected, remedy = "texts, pictures or frames, which encoders read", "train on the features alone"
            raise DataError(dataset.name, "raw", expected, "features alone", remedy)
        self._check_read(dataset, found)
        lr = ENCODER_LR if self.encoder_lr is None else self.encoder_lr
        frames = {m: x.shape[2] for m, (x, _) in dataset.sequences.items()}
        if self.system == "released" and set(found) == _RELEASED and {"audio", "vision"} <= set(frames):
            text = self._models()[TextEncoderConfig]
            whole = EndToEndConfig.released(frames["audio"], frames["vision"], text, **self.changes)
            return replace(whole, encoders=self._chosen(whole.encoders), encoder_lr=lr)
        decided = super().config(dataset)
        return EndToEndConfig(
            self._chosen(found),
            self.system,
            self.changes,
            dataset.task,
            decided.outputs,
            encoder_lr=lr,
        )

    def trained(self, dataset: MultimodalDataset, **how: Any) -> Observation:
        """Train every seed, see `Fitted.trained`."""
        config = self.config(dataset)
        source = RawSource(dataset, config.encoders)
        runs = fit(config, source, seeds=self.seeds, **asdict(self.recipe), **how)
        return observed(dataset, runs, [run.record() for run in runs])

    def _check_read(self, dataset: MultimodalDataset, found: Mapping[str, EncoderConfig]) -> None:
        """Refuse a setting of encoders that this set has no rows for: it would change nothing."""
        for field, (kinds, what) in _READ_BY.items():
            if getattr(self, field) is None or any(isinstance(e, kinds) for e in found.values()):
                continue
            had = ", ".join(found)
            raise DataError(
                dataset.name, field, f"{what}, which it is for", f"none among {had}", "leave it out"
            )

    def _models(self) -> dict[type[EncoderConfig], str]:
        """The models that are asked for, or the usual ones."""
        text = pretrained.MINILM if self.text is None else self.text
        return {
            TextEncoderConfig: text,
            PictureEncoderConfig: LITE0 if self.picture is None else self.picture,
        }

    def _chosen(self, encoders: Mapping[str, EncoderConfig]) -> dict[str, EncoderConfig]:
        """The encoders, pretrained ones with the model and the frozen blocks that are asked for."""
        return {m: self._with_model(encoder) for m, encoder in encoders.items()}

    def _with_model(self, encoder: EncoderConfig) -> EncoderConfig:
        if not isinstance(encoder, TextEncoderConfig | PictureEncoderConfig):
            return encoder
        model, frozen = self._models()[type(encoder)], 0 if self.frozen is None else self.frozen
        if self.cached and isinstance(encoder, PictureEncoderConfig):
            return CachedPictureEncoderConfig(model, frozen=frozen)
        return replace(encoder, model=model, frozen=frozen)
