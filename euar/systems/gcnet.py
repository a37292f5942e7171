"""GCNet-style on pooled features: graphs over the utterances of a video, and completion of what is missing.

Lian, Chen, Sun, Liu and Tao, "GCNet: Graph Completion Network for Incomplete Multimodal Learning in
Conversation", TPAMI 2023. A node i is an utterance, x_i its modalities side by side, 0 for those missing:

    h = BiLSTM(x),   over the video
    g_i = relu(W_0 h_i + sum over r of W_r mean of h_j over j in N_r(i))     relational graph convolution
    u_i = V_0 g_i + V_1 sum of g_j over j in N(i)                            graph convolution
    s = relu(Linear(BiLSTM([h, u])))                                         for each graph; both are added

The temporal graph has the relations past, now and future, the speaker graph one for each pair of speakers:
one alone in a monologue. N(i) are the utterances at most `span` away, i among them. Linear heads answer, and
complete the features:

    loss = task + sum over m of MSE(completed x_m, x_m), over the modalities m that were left out

Faithful: two graphs with these layers, relations and edges, both heads, and the loss on what is missing
alone.

Adapted: pooled vectors through EUAR's projections; BiLSTMs of one layer in the place of two; one speaker; no
attention over the video, no dropout. Training draws what is missing, see `missing.leave_out`; what truly
lacks is no target. The rest of a video comes as the `reach` utterances before and after a row, see
`euar.training.windows`, in the place of batches of whole videos: the two graph convolutions see 2 `span`
steps far, so the default window holds all that the graphs can tell of a row, and cuts the BiLSTMs' memory
alone. A row then stays one example, its answer does not depend on its batch, and seeds train as one program,
at 2 `reach` + 1 times the work. Rows of a set without groups stand alone.

Letters: B samples, T utterances of a window, M modalities, D features, R relations, H = D / 2.
"""

from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from euar._checks import check_inputs, check_positive
from euar._layers import ModalityDict
from euar.systems.base import Inputs, LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.missing import check_rate, leave_out, present, side_by_side
from euar.systems.registry import System
from euar.systems.views import mean_over


@dataclass(frozen=True)
class GCNetConfig(SystemConfig):
    """The configuration of `GCNet`.

    Attributes:
        reach: utterances before and after each that it reads.
        span: how far an edge goes.
        leave_out: probability that training leaves a modality out, see `missing.leave_out`.
        completion: weight of the completed features.
    """

    reach: int = 4
    span: int = 2
    leave_out: float = 0.5
    completion: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("reach", self.reach)
        check_positive("span", self.span)
        check_rate("leave_out", self.leave_out)
        self.check_weights("completion")

    def build(self) -> "GCNet":
        """A freshly initialised model."""
        return GCNet(self)


def temporal_edges(exists: Tensor, span: int) -> Tensor:
    """Return the edges between utterances by relation: the neighbour is past, now (itself) or future.

    Args:
        exists: (B, T) bool, False where a video has no more utterances.
        span: how far an edge goes.

    Returns:
        (B, 3, T, T) bool, True at [b, r, i, j] where j is a neighbour of i.

    Example:
        >>> past, now, future = temporal_edges(torch.tensor([[True, True, False]]), span=1)[0].int().tolist()
        >>> past, future
        ([[0, 0, 0], [1, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    """
    place = torch.arange(exists.shape[1], device=exists.device)
    away = place - place.unsqueeze(-1)  # j - i
    relations = torch.stack([away < 0, away == 0, away > 0]) & (away.abs() <= span)
    both = exists.unsqueeze(-1) & exists.unsqueeze(-2)
    return relations & both.unsqueeze(1)


class BiLSTM(nn.Module):
    """An LSTM in each direction, which begins where the utterances begin; both at once, so that it stacks.

    Args:
        width: of the input.
        hidden: H.

    Example:
        >>> exists = torch.tensor([[True, True, False]])
        >>> states = BiLSTM(width=5, hidden=4)(torch.randn(1, 3, 5), exists)
        >>> states.shape, states[0, 2].abs().sum().item()
        (torch.Size([1, 3, 8]), 0.0)
    """

    def __init__(self, width: int, hidden: int):
        super().__init__()
        bound = hidden**-0.5

        def drawn(*shape: int) -> nn.Parameter:
            return nn.Parameter(torch.empty(2, *shape).uniform_(-bound, bound))

        self.input_weight, self.state_weight = drawn(width, 4 * hidden), drawn(hidden, 4 * hidden)
        self.bias = drawn(1, 4 * hidden)  # gates: input, forget, cell, output

    def forward(self, x: Tensor, exists: Tensor) -> Tensor:
        """Map (B, T, width) and a mask (B, T) to the states (B, T, 2 H); they are 0 where nothing exists."""
        both, alive = torch.stack([x, x.flip(1)]), torch.stack([exists, exists.flip(1)])
        rows, length = x.shape[:2]
        given = torch.baddbmm(self.bias, both.flatten(1, 2), self.input_weight).view(2, rows, length, -1)
        state = cell = torch.zeros_like(given[:, :, 0, : given.shape[-1] // 4])
        states = []
        for step in range(length):
            gates = given[:, :, step] + torch.bmm(state, self.state_weight)
            enter, forget, new, leave = gates.chunk(4, dim=-1)
            cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
            cell = cell.masked_fill(~alive[:, :, step].unsqueeze(-1), 0)
            state = torch.sigmoid(leave) * torch.tanh(cell)
            states.append(state)
        forth, back = torch.stack(states, dim=2)
        return torch.cat([forth, back.flip(1)], dim=-1)


class GraphBranch(nn.Module):
    """A graph's layers: relational convolution, convolution, BiLSTM, Linear with ReLU.

    Args:
        hidden: H; nodes have 2 H features.
        relations: R.

    Example:
        >>> exists = torch.tensor([[True, True, False]])
        >>> edges = temporal_edges(exists, span=1)
        >>> GraphBranch(hidden=4, relations=3)(torch.zeros(1, 3, 8), edges, exists).shape
        torch.Size([1, 3, 8])
    """

    def __init__(self, hidden: int, relations: int):
        super().__init__()
        width = 2 * hidden
        self.root, self.related = nn.Linear(width, width), nn.Linear(relations * width, width, bias=False)
        self.own, self.around = nn.Linear(width, width), nn.Linear(width, width, bias=False)
        self.memory, self.out = BiLSTM(2 * width, hidden), nn.Linear(width, width)

    def forward(self, nodes: Tensor, edges: Tensor, exists: Tensor) -> Tensor:
        """Map nodes (B, T, 2 H), edges (B, R, T, T) bool and a mask (B, T) to (B, T, 2 H)."""
        convolved = self.convolve(nodes, edges)
        return torch.relu(self.out(self.memory(torch.cat([nodes, convolved], dim=-1), exists)))

    def convolve(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Return u of the equations, (B, T, 2 H)."""
        joined = edges.to(nodes.dtype)
        each = joined / joined.sum(dim=-1, keepdim=True).clamp(min=1)  # means over neighbours
        means = (each @ nodes.unsqueeze(1)).transpose(1, 2).flatten(2)  # (B, T, R 2 H)
        gathered = torch.relu(self.root(nodes) + self.related(means))
        sums = edges.any(dim=1).to(gathered.dtype) @ gathered
        convolved: Tensor = self.own(gathered) + self.around(sums)
        return convolved


class GCNetOutput(NamedTuple):
    """What the model returns, of the row in the middle of each window.

    Attributes:
        prediction: see `Output`.
        completed: {modality given: (B, d)}, its features as the graphs have them.
        features: {modality given: (B, d)}, as they are; 0 where they are not available.
        left_out: {modality given: (B,) bool}, where the graphs did not see them, and they are known.
    """

    prediction: Tensor
    completed: dict[str, Tensor]
    features: dict[str, Tensor]
    left_out: dict[str, Tensor]


class GCNet(MultimodalModel[GCNetOutput]):
    """Projections, a BiLSTM, the branches of two graphs, linear heads.

    Args:
        config: see `GCNetConfig`.

    Example:
        >>> model = GCNetConfig({"text": 8, "audio": 4}).build().eval()
        >>> windows = {"text": torch.zeros(2, 5, 8), "audio": torch.zeros(2, 5, 4)}  # of 5 utterances
        >>> output = model(windows)
        >>> output.prediction.shape, output.completed["audio"].shape
        (torch.Size([2]), torch.Size([2, 4]))
    """

    stacks = True
    config: GCNetConfig

    def __init__(self, config: GCNetConfig):
        super().__init__(config)
        self.reach, hidden = config.reach, max(config.dim // 2, 1)
        self.memory = BiLSTM(len(config.in_features) * config.dim, hidden)
        self.temporal, self.speaker = GraphBranch(hidden, 3), GraphBranch(hidden, 1)
        self.head = nn.Linear(2 * hidden, config.outputs)
        self.complete = ModalityDict({m: nn.Linear(2 * hidden, d) for m, d in config.in_features.items()})

    def forward(
        self, inputs: Inputs, available: Inputs | None = None, generator: Generator | None = None
    ) -> GCNetOutput:
        """Predict a batch; arguments and errors: `MultimodalModel.forward`.

        Rows may come as windows, (B, T, d) with masks (B, T), all of the same odd T: then the row in the
        middle is meant, and the others, of which none need be there, are its video.
        """
        names = self.config.in_features
        inputs, available = self._as_windows(inputs, available or {})
        has = present(inputs, available, names)  # (B, T, M)
        kept = leave_out(has, self.config.leave_out, generator) if self.training else has
        projected = {m: self._project(m, x, available.get(m)) for m, x in inputs.items()}
        features = side_by_side(projected, names).masked_fill(~kept.unsqueeze(-1), 0)
        middle = has.shape[1] // 2
        found = self._read(features.flatten(2), has.any(dim=-1))[:, middle]
        known = {m: has[:, middle, place].unsqueeze(-1) for place, m in enumerate(names)}
        return GCNetOutput(
            self.shaped(self.head(found)),
            {m: self.complete[m](found) for m in inputs},
            {m: x[:, middle].masked_fill(~known[m], 0) for m, x in inputs.items()},
            {m: (has & ~kept)[:, middle, place] for place, m in enumerate(names) if m in inputs},
        )

    def loss(self, output: GCNetOutput, target: Tensor) -> LossTerms:
        """The task's loss and `"completion"`; arguments and errors: `MultimodalModel.loss`."""
        task = self.task_loss(output.prediction, target)
        errors = {m: (x - output.features[m]).square().mean(dim=-1) for m, x in output.completed.items()}
        completion = reduce(torch.add, (mean_over(e, output.left_out[m]) for m, e in errors.items()))
        total = self.config.task_weight * task + self.config.completion * completion
        return LossTerms(total, task, {"completion": completion})

    def _as_windows(self, inputs: Inputs, available: Inputs) -> tuple[Inputs, Inputs]:
        """A batch as windows, those of rows alone with T = 1; checked like any batch, by its middle rows."""
        inputs = {m: x.unsqueeze(1) if x.ndim == 2 else x for m, x in inputs.items()}
        available = {m: mask.unsqueeze(1) if mask.ndim == 1 else mask for m, mask in available.items()}
        lengths = {x.shape[1] for x in (*inputs.values(), *available.values()) if x.ndim > 1}
        if len(lengths) > 1 or not all(length % 2 for length in lengths):
            raise ValueError(f"windows: expected one odd length of all, found {sorted(lengths)}")
        check_inputs(
            {m: x[:, x.shape[1] // 2] if x.ndim > 2 else x for m, x in inputs.items()},
            {m: mask[:, mask.shape[1] // 2] if mask.ndim > 1 else mask for m, mask in available.items()},
            self.config.in_features,
        )
        return inputs, available

    def _read(self, nodes: Tensor, exists: Tensor) -> Tensor:
        """What both graphs make of the utterances' features (B, T, M D), (B, T, 2 H)."""
        nodes = self.memory(nodes, exists)
        edges = temporal_edges(exists, self.config.span)
        anyone = self.speaker(nodes, edges.any(dim=1, keepdim=True), exists)
        read: Tensor = anyone + self.temporal(nodes, edges, exists)
        return read


SYSTEM = System(
    name="gcnet",
    label="GCNet",
    config=GCNetConfig,
    min_modalities=2,
    source="Lian et al., TPAMI 2023",
    faithful="both graphs over a video's utterances, their relations and layers, completion of what is "
    "missing; GCNet-style on pooled features: EUAR's projections, windows of a video, no dropout",
)
