"""Device: where training runs, and in which precision."""

import torch


def pick_device(name: str = "auto") -> torch.device:
    """Return the `torch.device` of a name; "auto" takes cuda, else mps, else cpu.

    >>> pick_device("cpu")
    device(type='cpu')
    """
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fast_bfloat16(device: torch.device) -> bool:
    """Say whether this device multiplies bfloat16 in hardware; where it does not, training uses float32.

    >>> fast_bfloat16(torch.device("mps"))
    False
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type != "cpu" or not hasattr(torch.cpu, "get_capabilities"):  # older torch cannot tell: float32
        return False
    return torch.cpu.get_capabilities().get("avx512_bf16", False)
