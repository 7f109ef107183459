"""The method in PyTorch and NumPy, as plain functions over a dictionary of parameters with their published names.

A step: two pseudo-networks of each scan; the online network embeds both, the target network too; alignment
crosses them; the first is masked twice more, and its hidden profiles are recovered. The same as src/model and
src/pretrain, written the way PyTorch users write it: autograd, one batch at once, no custom kernels.
"""
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from figures import fail

ONLINE, TARGET = 'online_network.', 'target_network.'
READOUT = 8
LEARNED_TOKENS = ('cls_token', 'dist_token')
BATCH_NORM_MOMENTUM = 0.1


class Size(NamedTuple):
    rois: int
    layers: int
    heads: int
    ffn: int
    feature: int


PRESETS = {'small': (8, 5, 1024, 1024), 'base': (16, 10, 2048, 1024), 'large': (32, 20, 4096, 1024)}


def check_size(size):
    """The size itself when its parts fit together."""
    if size.rois % size.heads != 0:
        fail(f'the {size.heads} attention heads of the preset do not divide {size.rois} ROIs; choose another --rois')
    if size.rois < Objective().contrastive_rois:
        fail(f'a step masks {Objective().contrastive_rois} ROIs, and there are {size.rois}; choose another --rois')
    return size


class Objective(NamedTuple):
    """The paper's weights, masked ROIs and dropout."""

    contrastive_weight: float = 0.1
    reconstruction_weight: float = 2
    contrastive_rois: int = 10
    reconstruction_rois: int = 5
    dropout: float = 0.1


def step_operations(size):
    """Floating-point operations of a training step, a scan: those that src/bench/operations.ts counts."""
    return (4 * 3 + 2) * encoder_operations(size)


def embedding_operations(size):
    return encoder_operations(size) + 2 * size.rois**2 * READOUT


def encoder_operations(size):
    projections = 8 * size.rois**3
    attention = 4 * size.rois**3
    return size.layers * (projections + attention + 4 * size.rois**2 * size.ffn)


def network_shapes(size):
    """Encoder, readout and projector of one network."""
    n, wide = size.rois, READOUT * size.rois
    shapes = {}
    for layer in range(size.layers):
        name = f'attention_list.{layer}.'
        shapes |= {f'{name}self_attn.in_proj_weight': (3 * n, n), f'{name}self_attn.in_proj_bias': (3 * n,)}
        shapes |= dense(f'{name}self_attn.out_proj', n, n)
        shapes |= dense(f'{name}linear1', n, size.ffn) | dense(f'{name}linear2', size.ffn, n)
        shapes |= {f'{name}norm{k}.{part}': (n,) for k in (1, 2) for part in ('weight', 'bias')}
    return shapes | dense('dim_reduction.0', n, READOUT) | head_shapes('g', wide, 2 * wide, size.feature)


def trained_shapes(size):
    """Everything the optimizer trains."""
    shapes = {ONLINE + name: shape for name, shape in network_shapes(size).items()}
    shapes |= head_shapes('predictor', size.feature, 2 * size.feature, size.feature)
    shapes |= {token: (1, 1, size.rois) for token in ('mask_embed', *LEARNED_TOKENS)}
    for name in ('cpred', 'gpred'):
        shapes |= dense(f'{name}.0', size.rois, size.ffn) | dense(f'{name}.2', size.ffn, size.rois)
    return shapes


def parameter_shapes(size):
    """Trained parameters and the target network's: the paper's count (14,411,268 for small at 100 ROIs)."""
    return trained_shapes(size) | {TARGET + name: shape for name, shape in network_shapes(size).items()}


def dense(name, inputs, outputs):
    return {f'{name}.weight': (outputs, inputs), f'{name}.bias': (outputs,)}


def head_shapes(name, inputs, hidden, outputs):
    norm = {f'{name}.net.1.weight': (hidden,), f'{name}.net.1.bias': (hidden,)}
    return dense(f'{name}.net.0', inputs, hidden) | norm | dense(f'{name}.net.3', hidden, outputs)


def initial_parameters(size, seed):
    """Random parameters and fresh running statistics; the target network is a copy of the online network."""
    random = torch.Generator().manual_seed(seed)
    parameters = {}
    for name, shape in trained_shapes(size).items():
        one = name.endswith(('norm1.weight', 'norm2.weight', 'net.1.weight'))
        bound = 1 / shape[-1] ** 0.5 if len(shape) > 1 else 0
        parameters[name] = torch.ones(shape) if one else bound * (2 * torch.rand(shape, generator=random) - 1)
    online = {name: value for name, value in parameters.items() if name.startswith(ONLINE)}
    parameters |= {TARGET + name[len(ONLINE) :]: value.clone() for name, value in online.items()}
    statistics = {}
    for name in (f'{ONLINE}g', f'{TARGET}g', 'predictor'):
        width = len(parameters[f'{name}.net.1.weight'])
        statistics |= {f'{name}.net.1.running_mean': torch.zeros(width), f'{name}.net.1.running_var': torch.ones(width)}
    return parameters, statistics


def pseudo_networks(series, kept):
    """The correlation of the time points that stay, one network a scan: float32 `[scans, rois, rois]`."""
    networks = [np.corrcoef(scan[:, points]) for scan, points in zip(series, kept)]
    return torch.from_numpy(np.stack(networks).astype(np.float32))


def encode(p, network, rows, size, dropout):
    """Post-norm transformer layers over rows `[scans, tokens, rois]`."""
    x = rows
    for layer in range(size.layers):
        name = f'{network}attention_list.{layer}.'
        x = normalise(p, f'{name}norm1', x + attend(p, f'{name}self_attn.', x, size.heads, dropout))
        hidden = F.dropout(F.relu(apply(p, f'{name}linear1', x)), dropout)
        x = normalise(p, f'{name}norm2', x + F.dropout(apply(p, f'{name}linear2', hidden), dropout))
    return x


def attend(p, name, x, heads, dropout):
    scans, tokens, rois = x.shape
    projected = F.linear(x, p[f'{name}in_proj_weight'], p[f'{name}in_proj_bias'])
    # One copy puts each head's queries, keys and values together: batched products then take them as they are.
    by_head = projected.view(scans, tokens, 3, heads, rois // heads).permute(2, 0, 3, 1, 4).contiguous()
    q, k, v = by_head.view(3, scans * heads, tokens, rois // heads)
    scores = torch.bmm(q * (rois // heads) ** -0.5, k.transpose(1, 2))
    mixed = torch.bmm(F.dropout(torch.softmax(scores, -1), dropout), v)
    joined = mixed.view(scans, heads, tokens, -1).transpose(1, 2).reshape(x.shape)
    return F.dropout(apply(p, f'{name}out_proj', joined), dropout)


def apply(p, name, x):
    return F.linear(x, p[f'{name}.weight'], p[f'{name}.bias'])


def normalise(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[f'{name}.weight'], p[f'{name}.bias'])


def embed(p, network, fc, size, dropout=0):
    """The embedding `[scans, 8 x rois]` of networks `[scans, rois, rois]`."""
    return read_out(p, network, encode(p, network, fc, size, dropout))


def read_out(p, network, tokens):
    return F.leaky_relu(apply(p, f'{network}dim_reduction.0', tokens)).flatten(1)


def batch_norm_head(p, statistics, name, x):
    """Projector or predictor in training mode."""
    norm = f'{name}.net.1'
    running = statistics[f'{norm}.running_mean'], statistics[f'{norm}.running_var']
    hidden = apply(p, f'{name}.net.0', x)
    hidden = F.batch_norm(hidden, *running, p[f'{norm}.weight'], p[f'{norm}.bias'], True, BATCH_NORM_MOMENTUM)
    return apply(p, f'{name}.net.3', F.relu(hidden))


def alignment(p, statistics, views, size, dropout):
    """2 - 2 cos between the prediction from one view and the target's projection of the other, both ways."""
    with torch.no_grad():
        targets = [batch_norm_head(p, statistics, f'{TARGET}g', embed(p, TARGET, view, size, dropout)) for view in views]
    loss = 0
    for view, target in zip(views, reversed(targets)):
        projected = batch_norm_head(p, statistics, f'{ONLINE}g', embed(p, ONLINE, view, size, dropout))
        predicted = batch_norm_head(p, statistics, 'predictor', projected)
        loss = loss + 2 - 2 * F.cosine_similarity(predicted, target, dim=1).mean()
    return loss


def recovered_profiles(p, head, view, masked, size, dropout):
    """Predicted and true profiles of the masked ROIs `masked` `[scans, masked]`, both `[scans, masked, rois]`."""
    scan = torch.arange(len(view))[:, None]
    hidden = torch.zeros(view.shape[:2], dtype=torch.bool)
    hidden[scan, masked] = True
    rows = torch.where(hidden[..., None], p['mask_embed'], view)
    learned = [p[token].expand(len(view), 1, -1) for token in LEARNED_TOKENS]
    tokens = torch.cat([*learned, rows], 1) + positions(size.rois + len(LEARNED_TOKENS), size.rois)
    encoded = encode(p, ONLINE, tokens, size, dropout)[:, len(LEARNED_TOKENS) :]
    predicted = apply(p, f'{head}.2', F.leaky_relu(apply(p, f'{head}.0', encoded[scan, masked])))
    return predicted, view[scan, masked]


@lru_cache
def positions(tokens, width):
    """Sine on even, cosine on odd columns (Vaswani et al. 2017)."""
    column = np.arange(width)
    angle = np.arange(tokens)[:, None] / 10000 ** (2 * (column // 2) / width)
    return torch.from_numpy(np.where(column % 2 == 0, np.sin(angle), np.cos(angle)).astype(np.float32))


def losses(p, statistics, views, contrastive, reconstruction, size, objective):
    """The loss parts of a batch, each a mean, and `loss`, their weighted sum (0-d tensors)."""
    lra = alignment(p, statistics, views, size, objective.dropout)
    predicted, truth = recovered_profiles(p, 'cpred', views[0], contrastive, size, objective.dropout)
    logits = truth @ predicted.transpose(1, 2)
    own = torch.arange(logits.shape[1]).repeat(len(logits))
    nce = F.cross_entropy(logits.flatten(0, 1), own)
    mse = F.mse_loss(*recovered_profiles(p, 'gpred', views[0], reconstruction, size, objective.dropout))
    loss = lra + objective.contrastive_weight * nce + objective.reconstruction_weight * mse
    return {'loss': loss, 'lra': lra, 'nce': nce, 'mse': mse}
