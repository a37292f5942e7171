"""`euar features`: extract features from texts, pictures and sounds, clean or corrupted."""

from pathlib import Path
from typing import Annotated

import typer

from euar.cli import SETTINGS
from euar.cli._console import explained, say
from euar.data import features as extractors
from euar.data import loading, raw, readers, storage

app = typer.Typer(**SETTINGS)

_KINDS = {"text": "texts", "image": "images", "depth": "images", "audio": "audio"}


@app.command()
def features(  # noqa: PLR0913  one argument for each option
    data: Annotated[str, typer.Argument(help="A data set's name, or a file or folder.")],
    texts: Annotated[str, typer.Option(help="Extractor of texts.")] = "minilm",
    images: Annotated[str, typer.Option(help="Extractor of pictures and depth maps.")] = "efficientnet-lite0",
    audio: Annotated[str, typer.Option(help="Extractor of sounds.")] = "egemaps",
    noise: Annotated[
        str | None, typer.Option(help="KIND:STRENGTH for the test split: gaussian, salt-pepper or blank.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the noise.")] = 0,
    variant: Annotated[str | None, typer.Option(help="The data set's variant, where it has several.")] = None,
    out: Annotated[Path | None, typer.Option(help="Also write the set with features to this file.")] = None,
) -> None:
    """Extract features of DATA into the cache (EUAR_CACHE); the same command continues after a stop."""
    names = {"texts": texts, "images": images, "audio": audio}
    with explained():
        source = loading.find(data)
        if out is not None:
            storage.check_other(out, source)
        dataset = readers.read(source, variant=variant)
        chosen = {
            modality: names[_KINDS[kind]] for modality, kind in raw.kinds(dataset).items() if kind in _KINDS
        }
        if not chosen:
            raise ValueError(f"{data}: nothing to extract: it has no texts, pictures or sounds")
        dataset = extractors.attach(dataset, chosen)
        if noise is not None:
            dataset = extractors.corrupted(dataset, extractors.Corruption.parse(noise, seed=seed))
        if out is not None:
            dataset.to_hdf5(out)
    say(dataset.describe())
