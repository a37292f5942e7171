"""What kind of work each operator of PyTorch does, by the name that a profile gives it."""

import re

PRODUCTS = "matrix products"
MOVING = "moving rows"
DRAWS = "random draws"
ARITHMETIC = "elementwise arithmetic"
OPTIMISER = "optimiser"
OTHER = "other"
#: What no operator's name stands for: Python, views, autograd's records, the fixed part of every operator.
STARTING = "starting operations"
#: The kinds of work in the order of pictures, the largest hopes first.
KINDS = (PRODUCTS, ARITHMETIC, DRAWS, MOVING, OPTIMISER, STARTING, OTHER)

_WORDS = {
    PRODUCTS: "mm addmm bmm baddbmm mv addmv dot linear matmul einsum _grouped_mm",
    MOVING: (
        "sort argsort topk gather gather_backward index index_add index_copy index_put _index_put_impl "
        "index_select index_select_backward scatter scatter_add select_backward "
        "slice_backward value_selecting_reduction_backward cat stack copy clone contiguous fill zero "
        "zeros zeros_like new_zeros ones ones_like one_hot arange bincount nonzero nonzero_numpy "
        "searchsorted embedding_bag _embedding_bag _embedding_bag_forward_only repeat"
    ),
    DRAWS: "normal uniform random randn randn_like rand rand_like randperm randint",
    ARITHMETIC: (
        "add sub rsub mul div floor_divide remainder neg abs exp log sqrt rsqrt reciprocal pow square "
        "sum mean max min amax amin aminmax var clamp clamp_min clamp_max where masked_fill relu "
        "threshold_backward softmax _softmax _softmax_backward_data layer_norm native_layer_norm "
        "native_layer_norm_backward mse_loss mse_loss_backward addcmul addcdiv lerp cumsum eq ne le ge "
        "lt gt logical_and bitwise_not isfinite any all"
    ),
    OPTIMISER: "_fused_adamw _foreach_add _foreach_mul _foreach_norm linalg_vector_norm",
    STARTING: (
        "view view_as _unsafe_view _reshape_alias reshape flatten unflatten expand expand_as "
        "broadcast_tensors t transpose permute squeeze unsqueeze unbind select slice narrow chunk split "
        "split_with_sizes as_strided detach alias lift_fresh empty empty_like empty_strided new_empty "
        "resize set resolve_conj resolve_neg to _to_copy result_type scalar_tensor item "
        "_local_scalar_dense is_nonzero _has_compatible_shallow_copy_type"
    ),
}
_KIND_OF = {name: kind for kind, names in _WORDS.items() for name in names.split()}
#: Autograd's nodes, functions of our own in Python, and what fetches batches; their arithmetic is operators.
_BETWEEN = re.compile(r"autograd::|torch::autograd::|\w+Backward\d*$|_Mixed$|_Product$|detach$|enumerate\(")


def kind_of(name: str) -> str:
    """Return the kind of what a profile calls `name`: one of `KINDS`."""
    if name.startswith("Optimizer."):
        return OPTIMISER
    if _BETWEEN.match(name):
        return STARTING
    if not name.startswith("aten::"):
        return OTHER
    word = name.removeprefix("aten::")
    return _KIND_OF.get(word, _KIND_OF.get(word.removesuffix("_"), OTHER))
