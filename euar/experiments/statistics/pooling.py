"""One comparison on several sets, pooled."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from euar.experiments.statistics._inputs import Floats, finite, same_shape
from euar.intervals import Interval


class Pooled(NamedTuple):
    """An effect over sets; in both intervals `n` counts sets.

    Attributes:
        fixed: if the effect is the same on all sets.
        random: if it varies: the mean over sets like these.
        tau: standard deviation of the effect between sets; 0 where the sets agree within their errors.
        stouffer_p: two-sided, of no effect on any set; every set counts alike.
    """

    fixed: Interval
    random: Interval
    tau: float
    stouffer_p: float


def pool(effects: ArrayLike, errors: ArrayLike, df: ArrayLike) -> Pooled:
    """Pool the effects of k sets, with weights from their standard errors.

    Fixed: `Σ w e / Σ w` with `w = 1 / se²`. As se comes from few seeds, the variance is Meier's,
    `(1 + 4 Σ p (1 - p) / df) / Σ w` with `p = w / Σ w`, and the interval is t with `1 / Σ (p² / df)` degrees
    of freedom. In simulations with ten seeds a set it covers 93 to 95 %; `1 / Σ w` and 1.96 cover 88 to 90 %.

    Random: Paule and Mandel's τ², `w = 1 / (se² + τ²)`, and the interval of Hartung and Knapp, t with k - 1
    degrees of freedom, its error never below `1 / √Σ w`. It covers 94 to 96 % where effects differ between
    sets, and up to 99 % where they do not. It is wide: three or four sets say little about others.

    Stouffer: `z = Σ z_k / √k` of the one-sided p-values of `t_k = effect / se`.

    Args:
        effects: (k,), at least two sets, in one unit.
        errors: (k,), their standard errors, above 0.
        df: (k,) degrees of freedom of the errors; seeds - 1 for a mean over seeds.

    Raises:
        ValueError: different shapes, one set, an error or df not above 0, or a number that is not finite.

    Source:
        Meier (1953), Biometrics 9, 59-73; Paule, Mandel (1982), Journal of Research of the National Bureau of
        Standards 87, 377-385; Knapp, Hartung (2003), Statistics in Medicine 22, 2693-2710; Stouffer et al.
        (1949), The American Soldier 1, 45. By statsmodels and SciPy. statsmodels' one-step τ² of DerSimonian
        and Laird can be negative, so it is not used.

    Example:
        >>> pooled = pool([0.4, 0.9, 0.1, 0.5], [0.3, 0.4, 0.2, 0.3], df=[9, 9, 9, 9])
        >>> pooled.fixed.signed(digits=2), round(pooled.tau, 2), round(pooled.stouffer_p, 3)
        ('+0.34 [+0.02, +0.66]', 0.13, 0.009)
    """
    from scipy.stats import combine_pvalues, t

    effects, errors, df = (
        finite(name, values, 1, at_least=2)
        for name, values in {"effects": effects, "errors": errors, "df": df}.items()
    )
    same_shape(effects=effects, errors=errors, df=df)
    if not (errors > 0).all() or not (df > 0).all():
        raise ValueError("errors, df: expected numbers above 0")
    random, tau = _random(effects, errors)
    one_sided = combine_pvalues(t.sf(effects / errors, df), method="stouffer").pvalue
    return Pooled(_fixed(effects, errors, df), random, tau, float(2 * min(one_sided, 1 - one_sided)))


def pool_samples(samples: Iterable[ArrayLike]) -> Pooled:
    """Pool k samples of differences over seeds, one a set, see `pool`.

    Args:
        samples: (S,) each, of at least two seeds.

    Example:
        >>> pool_samples([[0.4, 0.8, 0.6], [0.1, 0.5, 0.3]]).fixed.signed(digits=2)
        '+0.45 [+0.13, +0.77]'
    """
    arrays = [finite("samples", sample, 1, at_least=2) for sample in samples]
    errors = [values.std(ddof=1) / np.sqrt(len(values)) for values in arrays]
    return pool([values.mean() for values in arrays], errors, [len(values) - 1 for values in arrays])


def _fixed(effects: Floats, errors: Floats, df: Floats) -> Interval:
    weights = errors**-2
    share = weights / weights.sum()
    variance = (1 + 4 * (share * (1 - share) / df).sum()) / weights.sum()
    return _t(share @ effects, np.sqrt(variance), 1 / (share**2 / df).sum(), len(effects))


def _random(effects: Floats, errors: Floats) -> tuple[Interval, float]:
    from statsmodels.stats.meta_analysis import combine_effects

    found = combine_effects(effects, errors**2, method_re="iterated")
    error = np.sqrt(max(found.var_hksj_re, found.var_eff_w_re))
    k = len(effects)
    return _t(found.mean_effect_re, error, k - 1, k), float(np.sqrt(found.tau2))


def _t(mean: float, error: float, df: float, n: int) -> Interval:
    from scipy.stats import t

    half = t.ppf(0.975, df) * error
    return Interval(float(mean), float(mean - half), float(mean + half), n)
