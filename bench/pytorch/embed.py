"""Times the encoder's evaluation forward in PyTorch, from connectivity to features.

    python3 bench/pytorch/embed.py --preset small --json

Two statements of it take turns: plain operations, and PyTorch's own TransformerEncoderLayer, which has a fast path of
its own in evaluation (for an even number of heads). `ms_per_scan` is that of the faster. `connectivity_ms` is what
NumPy's corrcoef takes beforehand, and is not in it.
"""
import statistics as middle

from figures import WARM_UP, matrix_product, need, options, peak_rss_mb, rates, report, seconds_of


def main():
    chosen = options(__doc__, preset='small', batch=16, rois=100, timepoints=200, passes=20)
    torch, np = need('torch'), need('numpy')
    from layers import embed_by_layers, encoder_layers
    from method import ONLINE, PRESETS, Size, check_size, embed, embedding_operations, initial_parameters, pseudo_networks

    torch.set_num_threads(chosen.threads)
    size = check_size(Size(chosen.rois, *PRESETS[chosen.preset]))
    parameters, _ = initial_parameters(size, seed=1)
    series = np.random.default_rng(1).standard_normal((chosen.batch, chosen.rois, chosen.timepoints))
    full = [slice(None)] * chosen.batch
    fc = pseudo_networks(series, full)
    layers = encoder_layers(parameters, ONLINE, size)
    statements = {
        'plain': lambda: embed(parameters, ONLINE, fc, size),
        'layers': lambda: embed_by_layers(layers, parameters, ONLINE, fc),
        'connectivity': lambda: pseudo_networks(series, full),
    }
    product = matrix_product(torch)
    with torch.no_grad():
        taken = [
            {name: seconds_of(statement) / chosen.batch for name, statement in statements.items()} | {'product': product()}
            for _ in range(WARM_UP + chosen.passes)
        ][WARM_UP:]
    seconds = {name: [each[name] for each in taken] for name in taken[0]}
    fastest = min(seconds['plain'], seconds['layers'], key=middle.median)
    figures = {
        **{name: getattr(chosen, name) for name in ('preset', 'batch', 'rois', 'timepoints', 'threads')},
        'torch': torch.__version__,
        **rates(embedding_operations(size), fastest, seconds['product']),
        **{f'{name}_ms': 1e3 * middle.median(seconds[name]) for name in statements},
        'peak_rss_mb': peak_rss_mb(),
    }
    report(figures, chosen.json)


main()
