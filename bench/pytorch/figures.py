"""What the scripts here share: options, the packages they need, the machine's rate, and how figures are printed."""
import argparse
import importlib
import json
import os
import resource
import statistics
import sys
import time

WARM_UP = 2
SIDE = 1024
THREAD_VARIABLES = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS')


def options(description, preset=None, **defaults):
    """The command line: `--preset`, a whole-number option for each default, `--threads` (default: all cores), `--json`.

    Sets the threads, which NumPy's and PyTorch's libraries read when they are imported: so call it first.
    """
    parser = argparse.ArgumentParser(description=description)
    if preset is not None:
        parser.add_argument('--preset', choices=('small', 'base', 'large'), default=preset)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()
    for name, default in {**defaults, 'threads': cores}.items():
        # BatchNorm compares scans; three time points are the fewest that have a correlation.
        least = {'batch': 2, 'timepoints': 4}.get(name, 1)
        parser.add_argument(f'--{name}', type=whole_number(least), default=default, help=f'default {default}', metavar='N')
    parser.add_argument('--json', action='store_true', help='print one JSON document')
    chosen = parser.parse_args()
    for variable in THREAD_VARIABLES:
        os.environ[variable] = str(chosen.threads)
    # Threads that wait in a busy loop keep the cores from the product's own threads, and from other programs.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    return chosen


def whole_number(least):
    def parse(text):
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f'expected a whole number of at least {least}, found "{text}"')
        return int(text)

    return parse


def need(package):
    """The package; where it cannot be imported, one sentence and exit code 2."""
    try:
        return importlib.import_module(package)
    except (ImportError, OSError) as error:
        fix = f'install it (Debian: python3-{package}) or run this with a Python that has it'
        fail(f'{sys.executable} cannot import {package} ({error}); {fix}')


def fail(problem):
    """The request is wrong: one sentence and exit code 2."""
    print(f'{os.path.basename(sys.argv[0])}: {problem}.', file=sys.stderr)
    sys.exit(2)


def seconds_of(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def matrix_product(torch):
    """A function that times PyTorch's 1024 x 1024 x 1024 product: operations a second, the median of three."""
    a, b, out = (torch.rand(SIDE, SIDE) for _ in range(3))
    return lambda: statistics.median(2 * SIDE**3 / seconds_of(lambda: torch.mm(a, b, out=out)) for _ in range(3))


def rates(operations, seconds, product_rates):
    """Milliseconds a scan and utilisation, as `brainmass bench` names them: medians."""
    per_scan, product = statistics.median(seconds), statistics.median(product_rates)
    return {
        'ms_per_scan': per_scan * 1e3,
        'scans_per_second': 1 / per_scan,
        'gflops': operations / per_scan / 1e9,
        'gemm_gflops': product / 1e9,
        'utilisation': operations / per_scan / product,
    }


def peak_rss_mb():
    """The most memory this process has held; macOS counts bytes, others kilobytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10))


def report(figures, as_json):
    figures = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    if as_json:
        print(json.dumps(figures, indent=2))
    else:
        print('\n'.join(f'{name:20} {value}' for name, value in figures.items()))
