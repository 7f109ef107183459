"""Whether the statement here is the method: compares it with a golden folder (dropout 0).

    python3 bench/pytorch/check.py test/fixtures/golden-20

Loss parts of all steps and gradients of step 1, and the embedding in evaluation by both statements of it. Prints the
largest relative errors as one JSON document; exit 1 when one is above its bound.
"""
import json
import os
import sys

from figures import fail, need

BOUNDS = {'losses': 1e-5, 'later_losses': 1e-5, 'gradients': 1e-4, 'embedding': 1e-4}
# Where every element of a true gradient is below this (a bias in front of BatchNorm), float32 leaves only noise of it.
ROUNDING = 1e-6


def main():
    if len(sys.argv) != 2 or not os.path.isfile(os.path.join(sys.argv[1], 'golden.json')):
        fail('name a folder that holds golden.json, such as test/fixtures/golden-20')
    torch, np = need('torch'), need('numpy')
    errors = compare(sys.argv[1], torch, np)
    print(json.dumps(errors, indent=2))
    sys.exit(0 if all(errors[name] <= bound for name, bound in BOUNDS.items()) else 1)


def compare(folder, torch, np):
    from layers import embed_by_layers, encoder_layers
    from method import ONLINE, Objective, Size, embed, parameter_shapes, pseudo_networks
    from training import trainer

    def archive(name):
        with np.load(os.path.join(folder, name)) as arrays:
            return {key: arrays[key] for key in arrays}

    def relative(found, wanted):
        return float(np.linalg.norm(np.asarray(found) - wanted) / np.linalg.norm(wanted))

    with open(os.path.join(folder, 'golden.json')) as file:
        golden = json.load(file)
    config, expected, masks = golden['config'], archive('expected.npz'), archive('masks.npz')
    size = Size(*(config[name] for name in ('roi', 'depth', 'heads', 'ffn', 'feature')))
    stored = {name: torch.from_numpy(values) for name, values in archive('weights.npz').items()}
    statistics = {name: value for name, value in stored.items() if 'running_' in name}
    parameters = {name: stored[name] for name in parameter_shapes(size)}

    names = sorted(os.listdir(os.path.join(folder, 'timeseries')))
    series = [np.load(os.path.join(folder, 'timeseries', name)) for name in names]
    fc = pseudo_networks(series, [slice(None)] * len(series))
    with torch.no_grad():
        layers = encoder_layers(parameters, ONLINE, size)
        embeddings = embed(parameters, ONLINE, fc, size), embed_by_layers(layers, parameters, ONLINE, fc)
    errors = {'embedding': max(relative(found, expected['embedding']) for found in embeddings)}

    views = [
        pseudo_networks(series, [np.delete(np.arange(scan.shape[1]), masks[f'drop_{i}_{view}']) for i, scan in enumerate(series)])
        for view in (0, 1)
    ]
    masked = [torch.from_numpy(masks[name]) for name in ('idx_nce', 'idx_mse')]
    objective = Objective(config['lambda_nce'], config['lambda_mse'], *(m.shape[1] for m in masked), config['dropout'])
    settings = (config[name] for name in ('lr', 'weight_decay', 'clip_value', 'momentum'))
    backward, update = trainer(parameters, statistics, size, objective, *settings)
    parts, gradients = [], {}
    for step in golden['steps']:
        found = backward(views, *masked)
        gradients = gradients or {name: p.grad.clone() for name, p in parameters.items() if p.requires_grad}
        update()
        parts.append(max(abs(found[name] / wanted - 1) for name, wanted in step.items()))

    def gradient_error(name, found):
        """Relative in norm; where the truth is rounding alone, in bounds, no error."""
        wanted = expected.get(f'grad/{name}')
        if wanted is None:
            return abs(float(found.norm()) / golden['norms_of_large'][f'grad/{name}'] - 1)
        if np.abs(wanted).max() >= ROUNDING:
            return relative(found, wanted)
        return 0.0 if np.abs(found.numpy() - wanted).max() < ROUNDING else float('inf')

    by_name = {name: gradient_error(name, found) for name, found in gradients.items()}
    worst = max(by_name, key=by_name.get)
    return {
        'losses': parts[0],
        'later_losses': max(parts[1:]),
        'gradients': by_name[worst],
        'worst_gradient': worst,
        'gradients_compared': len(by_name),
        **errors,
    }


main()
