"""The program of the chapter, as its solutions have it: sixty lines, and what later chapters begin with.

Letters: B samples, N experts, k chosen, D features.
"""

import torch
from torch import nn
from torch.nn.functional import mse_loss, one_hot


class Experts(nn.Module):
    """Gaussian experts, Eq. 1-3."""

    def __init__(self, d, n):
        super().__init__()
        self.n, self.f1, self.f2 = n, nn.Linear(d, n * d), nn.Linear(d, n * d)

    def forward(self, x):
        """Return mean, log_var and z, each (B, N, D)."""
        mean = self.f1(x).unflatten(-1, (self.n, -1))  # Eq. 2, (B, N, D)
        log_var = self.f2(x).unflatten(-1, (self.n, -1)).clamp(-8, 5)  # Eq. 2
        eps = torch.randn_like(mean) * self.training  # none in evaluation
        return mean, log_var, mean + eps * (log_var / 2).exp()  # Eq. 3


class Gate(nn.Module):
    """The top-k gate, Eq. 5."""

    def __init__(self, d, n, k):
        super().__init__()
        self.k, self.linear = k, nn.Linear(d, n)

    def forward(self, x):
        """Return probs and weights, each (B, N)."""
        probs = self.linear(x).softmax(dim=-1)  # (B, N)
        top, index = probs.topk(self.k, dim=-1)  # (B, k)
        return probs, torch.zeros_like(probs).scatter(-1, index, top)  # Eq. 5


def losses(mean, log_var, probs, weights):
    """Return kl, aux and u, (3,)."""
    n, variance = probs.shape[-1], log_var.exp()
    kl = (mean.square() + variance - 1 - log_var).mean() / 2  # Eq. 4
    first = one_hot(probs.argmax(dim=-1), n).to(probs)  # Eq. 8, no gradient
    aux = n * first.mean(dim=0) @ probs.mean(dim=0)  # Eq. 7, 9
    u = (variance.mean(dim=-1) * weights).mean()  # Eq. 10
    return torch.stack([kl, aux, u])


class Mixture(nn.Module):
    """Experts, gate and losses of one view, Eq. 6."""

    def __init__(self, d, n, k):
        super().__init__()
        self.experts, self.gate = Experts(d, n), Gate(d, n, k)

    def forward(self, x):
        """Return hidden (B, D) and the losses (3,)."""
        (mean, log_var, z), (probs, weights) = self.experts(x), self.gate(x)
        hidden = (weights.unsqueeze(-1) * z).sum(dim=1)  # Eq. 6, (B, D)
        return hidden, losses(mean, log_var, probs, weights)


class EUAR(nn.Module):
    """A mixture for each view, and the head."""

    def __init__(self, widths, d=64, n=8, k=3):
        super().__init__()
        self.project, self.mixture = nn.ModuleDict(), nn.ModuleDict()
        for m, width in widths.items():
            self.project[m] = nn.Sequential(nn.Linear(width, d), nn.LayerNorm(d))
            self.mixture[m] = Mixture(d, n, k)
        self.head = nn.Linear(d * len(widths), 1)

    def forward(self, inputs):
        """Return the prediction (B,) and the losses (3,)."""
        views = [self.mixture[m](self.project[m](x)) for m, x in inputs.items()]
        hidden, terms = zip(*views, strict=True)
        prediction = self.head(torch.cat(hidden, dim=-1)).squeeze(-1)  # (B,)
        return prediction, torch.stack(terms).sum(dim=0)

    def loss(self, inputs, target):
        """Return Eq. 12, one number."""
        prediction, (kl, aux, u) = self(inputs)
        task = mse_loss(prediction, target)  # Eq. 11
        return task + 1e-3 * kl + 1e-2 * aux + 1e-3 * u  # Eq. 12


def train(model, inputs, target, epochs, lr):
    """Return the model, trained and ready to predict."""
    optimiser = torch.optim.AdamW(model.parameters(), lr)
    model.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(target)).split(16):
            optimiser.zero_grad()
            model.loss({m: x[rows] for m, x in inputs.items()}, target[rows]).backward()
            optimiser.step()
    return model.eval()
