"""EUAR: Gaussian experts with uncertainty-aware routing for multimodal sentiment analysis (ACM MM 2024).

The names live in their modules: `euar.experts`, `euar.gating`, `euar.losses`, `euar.moe`, `euar.model`,
`euar.data`, `euar.training`. Importing `euar` loads none of them.
"""

__version__ = "0.1.0"
