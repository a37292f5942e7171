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
from euar.encoders.picture import LITE0
from euar.experiments.changed import Changed
from euar.experiments.measurement import Observation, observed
from euar.experiments.tuned import ENCODER_LR
from euar.training import fit
from euar.training.raw_source import RawSource, default_encoders

#: The modalities of the released code, which has one path for all three.
_RELEASED = {"audio", "vision", "text"}


@dataclass(frozen=True, kw_only=True)
class Along(Changed):
    """A system and the encoders below it, as data.

    Texts and pictures have pretrained encoders, frames of sound or faces a convolution and a transformer, and
    features none. The system `released`, on frames of audio and vision beside texts, is all of the released
    code, see `EndToEndConfig.released`.

    Attributes:
        text: see `TextEncoderConfig.model`.
        picture: see `PictureEncoderConfig.model`.
        encoder_lr: the highest rate of what is pretrained.
        frozen: lowest blocks of pretrained encoders that stay as they are.
    """

    text: str = pretrained.MINILM
    picture: str = LITE0
    encoder_lr: float = ENCODER_LR
    frozen: int = 0

    def config(self, dataset: MultimodalDataset) -> EndToEndConfig:
        """Return the encoders and the system.

        Raises:
            DataError: there is nothing that an encoder reads.
            ValueError: a field that the system lacks or refuses.
            PretrainedError: a model cannot be had.
        """
        found = default_encoders(dataset)
        if all(isinstance(encoder, FeaturesConfig) for encoder in found.values()):
            expected, remedy = "texts, pictures or frames, which encoders read", "train on the features alone"
            raise DataError(dataset.name, "raw", expected, "features alone", remedy)
        frames = {m: x.shape[2] for m, (x, _) in dataset.sequences.items()}
        if self.system == "released" and set(found) == _RELEASED and {"audio", "vision"} <= set(frames):
            whole = EndToEndConfig.released(frames["audio"], frames["vision"], self.text, **self.changes)
            return replace(whole, encoders=self._chosen(whole.encoders), encoder_lr=self.encoder_lr)
        decided = super().config(dataset)
        return EndToEndConfig(
            self._chosen(found),
            self.system,
            self.changes,
            dataset.task,
            decided.outputs,
            encoder_lr=self.encoder_lr,
        )

    def trained(self, dataset: MultimodalDataset, **how: Any) -> Observation:
        """Train every seed, see `Fitted.trained`."""
        config = self.config(dataset)
        source = RawSource(dataset, config.encoders)
        runs = fit(config, source, seeds=self.seeds, **asdict(self.recipe), **how)
        return observed(dataset, runs, [run.record() for run in runs])

    def _chosen(self, encoders: Mapping[str, EncoderConfig]) -> dict[str, EncoderConfig]:
        """The encoders, pretrained ones with the model and the frozen blocks that are asked for."""
        models = {TextEncoderConfig: self.text, PictureEncoderConfig: self.picture}
        return {
            m: replace(e, model=models[type(e)], frozen=self.frozen)
            if isinstance(e, TextEncoderConfig | PictureEncoderConfig)
            else e
            for m, e in encoders.items()
        }
