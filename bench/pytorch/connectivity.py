"""Times NumPy's corrcoef twice, each on a random 80 % of a scan's time points: a pseudo-FC pair.

    python3 bench/pytorch/connectivity.py --json

`ms_per_pair` is the two calls of corrcoef alone; `drawn_ms_per_pair` also draws and gathers the time points.
"""
import statistics

from figures import WARM_UP, need, options, report, seconds_of


def main():
    chosen = options(__doc__, rois=100, timepoints=200, batch=16, rounds=50)
    np = need('numpy')
    random = np.random.default_rng(1)
    series = random.standard_normal((chosen.batch, chosen.rois, chosen.timepoints))
    left = chosen.timepoints - chosen.timepoints * 20 // 100

    def draw():
        return [scan[:, np.sort(random.permutation(chosen.timepoints)[:left])] for _ in range(2) for scan in series]

    def correlate(views):
        for view in views:
            np.corrcoef(view)

    def milliseconds(work):
        return 1e3 * seconds_of(work) / chosen.batch

    drawn = draw()
    taken = [
        (milliseconds(lambda: correlate(drawn)), milliseconds(lambda: correlate(draw())))
        for _ in range(WARM_UP + chosen.rounds)
    ][WARM_UP:]
    alone, together = (statistics.median(times) for times in zip(*taken))
    figures = {
        **{name: getattr(chosen, name) for name in ('rois', 'timepoints', 'batch', 'threads')},
        'numpy': np.__version__,
        'ms_per_pair': alone,
        'drawn_ms_per_pair': together,
    }
    report(figures, chosen.json)


main()
