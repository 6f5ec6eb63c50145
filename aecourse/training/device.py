"""Device: where training runs, and in which precision."""

import torch


def pick_device(name="auto"):
    """Return the `torch.device` of a name; "auto" takes cuda, else mps, else cpu."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def fast_bfloat16(device):
    """Say whether this device multiplies bfloat16 in hardware; where it does not, training uses float32."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
