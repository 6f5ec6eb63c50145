"""Tests of the device: which one is chosen, and where bfloat16 is fast."""

import torch

from aecourse import training

CPU = torch.device("cpu")


def test_auto_takes_the_best_device_there_is(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert training.pick_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.pick_device().type == "mps"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert training.pick_device().type == "cpu"
    assert training.pick_device("cpu") == CPU


def test_bfloat16_is_fast_on_a_cpu_that_multiplies_it_and_not_assumed_by_an_older_torch(monkeypatch):
    for capabilities, fast in ({"avx512_bf16": True}, True), ({"avx512_bf16": False}, False), ({"neon": True}, False):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda capabilities=capabilities: capabilities,
                            raising=False)
        assert training.fast_bfloat16(CPU) is fast
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    assert training.fast_bfloat16(CPU) is False


def test_bfloat16_is_fast_on_a_gpu_from_ampere_on(monkeypatch):
    for capability, fast in (((7, 5), False), ((8, 0), True), ((9, 0), True)):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device, capability=capability: capability)
        assert training.fast_bfloat16(torch.device("cuda")) is fast
