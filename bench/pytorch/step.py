"""Times whole training steps of the method in PyTorch: draws, pseudo-FC, all passes, optimizer, moving average.

    python3 bench/pytorch/step.py --preset small --batch 16 --json

Prints what `brainmass bench training --json` prints: medians over the steps, after two to warm up.
"""
from figures import WARM_UP, matrix_product, need, options, peak_rss_mb, rates, report, seconds_of


def main():
    chosen = options(__doc__, preset='small', batch=16, rois=100, timepoints=200, steps=6)
    torch, np = need('torch'), need('numpy')
    from method import PRESETS, Objective, Size, check_size, initial_parameters, pseudo_networks, step_operations
    from training import trainer

    torch.set_num_threads(chosen.threads)
    torch.manual_seed(1)
    random = np.random.default_rng(1)
    size, objective = check_size(Size(chosen.rois, *PRESETS[chosen.preset])), Objective()
    parameters, statistics = initial_parameters(size, seed=1)
    backward, update = trainer(parameters, statistics, size, objective)
    series = random.standard_normal((chosen.batch, chosen.rois, chosen.timepoints))

    def masked(count):
        return torch.from_numpy(np.stack([random.permutation(size.rois)[:count] for _ in series]))

    def view():
        left = chosen.timepoints - chosen.timepoints * 20 // 100
        return pseudo_networks(series, [np.sort(random.permutation(chosen.timepoints)[:left]) for _ in series])

    def step():
        backward([view(), view()], masked(objective.contrastive_rois), masked(objective.reconstruction_rois))
        update()

    product = matrix_product(torch)
    taken = [(seconds_of(step) / chosen.batch, product()) for _ in range(WARM_UP + chosen.steps)][WARM_UP:]
    figures = {
        **{name: getattr(chosen, name) for name in ('preset', 'batch', 'rois', 'timepoints', 'threads')},
        'torch': torch.__version__,
        'parameters': sum(value.numel() for value in parameters.values()),
        **rates(step_operations(size), *zip(*taken)),
        'peak_rss_mb': peak_rss_mb(),
    }
    report(figures, chosen.json)


main()
