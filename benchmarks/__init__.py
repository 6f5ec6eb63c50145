"""Speed and quality of the course, measured side by side with plain baselines."""

import os
import platform
import statistics
import time

PRODUCT_SIZE, PRODUCT_TIMES = 1024, 20


def product_seconds() -> float:
    """Return the median time of one float32 product of two 1024 x 1024 matrices: how fast this machine is now."""
    import torch
    a = torch.ones(PRODUCT_SIZE, PRODUCT_SIZE)
    times = []
    for _ in range(PRODUCT_TIMES):
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def machine_line() -> str:
    """Return in one sentence what the figures were measured on."""
    import torch
    return (f"{os.cpu_count()} CPU cores ({platform.machine()}), torch {torch.__version__}; a float32 product of two "
            f"1024 x 1024 matrices took {1000 * product_seconds():.1f} ms.")
