"""Gaussian experts (Eq. 1-3): each expert maps x to a diagonal normal N(mean, diag(variance)).

    mean_j    = x W_j + b_j                  (Eq. 2, f_1)
    log_var_j = x V_j + c_j                  (Eq. 2, f_2; the paper writes sigma, see `GaussianExperts`)
    z_j       = mean_j + eps * sigma_j       (Eq. 3, eps ~ N(0, I))

Letters: B samples, N experts, k chosen, D features.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from euar import _kernels
from euar._checks import check_features, check_index
from euar._replicas import standard_normal


class Gaussian(NamedTuple):
    """A diagonal normal distribution, one per leading index (Eq. 1).

    Attributes:
        mean: (..., D).
        log_var: (..., D), natural logarithm of the variance.

    Example:
        >>> gaussian = Gaussian(mean=torch.ones(1, 2), log_var=torch.zeros(1, 2))
        >>> gaussian.variance.tolist(), gaussian.kl().tolist()
        ([[1.0, 1.0]], [[0.5, 0.5]])
    """

    mean: Tensor
    log_var: Tensor

    @property
    def variance(self) -> Tensor:
        """The variance sigma^2, (..., D)."""
        return self.log_var.exp()

    def rsample(self, generator: Generator | None = None) -> Tensor:
        """Draw one sample that gradients flow through, (..., D) (Eq. 3).

        Args:
            generator: source of eps; PyTorch's global one by default.
        """
        eps = standard_normal(self.mean, self.mean.shape, generator)
        return self.mean + eps * (self.log_var / 2).exp()  # Eq. 3

    def kl(self) -> Tensor:
        """Kullback-Leibler divergence to N(0, 1), per coordinate, in nats, (..., D) (Eq. 4)."""
        return -0.5 * (1 + self.log_var - self.mean.square() - self.variance)  # Eq. 4


class RoutedGaussian(Gaussian):
    """A `Gaussian` of chosen experts, (B, k, D), in the order of an index (B, k) such as `Routing.index`.

    The type says what the shape does not once k = N: whose answer stands where.

    Example:
        >>> experts = GaussianExperts(num_experts=4, in_features=3, out_features=2)
        >>> type(experts(torch.zeros(1, 3), index=torch.tensor([[2, 0]]))).__name__
        'RoutedGaussian'
    """


class GaussianExperts(nn.Module):
    """N experts, each two linear maps of the same input: one to a mean, one to a log-variance (Eq. 2).

    The paper lets f_2 give sigma, which a linear layer cannot keep positive. We let it give log sigma^2, as
    the paper's own code does, and clamp it so that neither the variance nor its logarithm overflows.

    Args:
        num_experts: how many experts, N.
        in_features: width of the input.
        out_features: D, width of each mean and log-variance.
        log_var_range: lowest and highest log-variance; None leaves it free.

    All parameters lie in one tensor. `mean_weight` and `log_var_weight` (N, D, in), `mean_bias`
    and `log_var_bias` (N, D) are views of it, writable under `torch.no_grad()` with `.copy_()`.

    Example:
        >>> experts = GaussianExperts(num_experts=4, in_features=3, out_features=2)
        >>> experts(torch.zeros(5, 3)).mean.shape
        torch.Size([5, 4, 2])
    """

    def __init__(
        self,
        num_experts: int,
        in_features: int,
        out_features: int,
        log_var_range: tuple[float, float] | None = (-8.0, 5.0),
    ):
        super().__init__()
        self.num_experts = num_experts
        self.in_features = in_features
        self.out_features = out_features
        self.log_var_range = log_var_range
        self.weight = nn.Parameter(torch.empty(num_experts, in_features, 2 * out_features))
        self.bias = nn.Parameter(torch.empty(num_experts, 1, 2 * out_features))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases from U(-b, b), b = in_features^(-1/2), as nn.Linear does."""
        bound = self.in_features**-0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    @property
    def mean_weight(self) -> Tensor:
        """Weight of f_1, a view, (N, D, in)."""
        return self.weight[..., : self.out_features].transpose(1, 2)

    @property
    def log_var_weight(self) -> Tensor:
        """Weight of f_2, a view, (N, D, in)."""
        return self.weight[..., self.out_features :].transpose(1, 2)

    @property
    def mean_bias(self) -> Tensor:
        """Bias of f_1, a view, (N, D)."""
        return self.bias[:, 0, : self.out_features]

    @property
    def log_var_bias(self) -> Tensor:
        """Bias of f_2, a view, (N, D)."""
        return self.bias[:, 0, self.out_features :]

    def forward(self, x: Tensor, index: Tensor | None = None) -> Gaussian:
        """Return what the experts make of x.

        Args:
            x: (B, in), or tokens (B, ..., in), each a sample.
            index: (B, k), int64; the experts to ask for each sample. All of them by default.

        Returns:
            Gaussian of shape (B, N, D), or `RoutedGaussian` (B, k, D) in the order of `index`.

        Raises:
            ValueError: x is not (B, ..., in), or index not int64 with the same rows.
        """
        stats = self._answers(x, self.weight, self.bias, index)  # (B, N or k, 2 D)
        mean, log_var = stats.chunk(2, dim=-1)
        if self.log_var_range is not None:
            log_var = log_var.clamp(*self.log_var_range)
        return Gaussian(mean, log_var) if index is None else RoutedGaussian(mean, log_var)

    def means(self, x: Tensor, index: Tensor) -> Tensor:
        """Return the means of the chosen experts alone, all that a prediction needs, (B, k, D).

        Args:
            x: as in `forward`.
            index: as in `forward`.

        Raises:
            ValueError: see `forward`.
        """
        of_mean = slice(self.out_features)
        return self._answers(x, self.weight[..., of_mean], self.bias[..., of_mean], index, means=True)

    def _answers(
        self, x: Tensor, weight: Tensor, bias: Tensor, index: Tensor | None, *, means: bool = False
    ) -> Tensor:
        """Check a batch and answer it; its rows lie flat meanwhile."""
        check_features("x", x, self.in_features)
        if index is not None:
            check_index("index", index, *x.shape[:-1])
            index = index.flatten(0, -2)
        flat = _answers(x.flatten(0, -2), weight, bias, index, means=means)
        answers: Tensor = flat.unflatten(0, x.shape[:-1])
        return answers

    def extra_repr(self) -> str:
        """Describe the sizes, for print()."""
        return (
            f"num_experts={self.num_experts}, in_features={self.in_features}, "
            f"out_features={self.out_features}, log_var_range={self.log_var_range}"
        )


def _answers(x: Tensor, weight: Tensor, bias: Tensor, index: Tensor | None, *, means: bool) -> Tensor:
    """What all experts answer, x W_j + b_j, (B, N, O), or those of an index (B, k), (B, k, O)."""
    num_experts = len(weight)
    if index is not None and _kernels.sorts(x, num_experts, index.shape[1], means=means):
        return _kernels.chosen(x, index, weight, bias)
    answers = torch.baddbmm(bias, x.expand(num_experts, -1, -1), weight).transpose(0, 1)
    return answers if index is None else _kernels.at_index(answers, index)
