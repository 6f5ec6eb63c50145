"""Folders, networks and checksums for the tests of image sets."""

import functools
import socket
import urllib.request

import pytest
from torchvision import datasets

from aecourse import paths
from aecourse.images import download, drawn

draw_once = functools.cache(drawn.draw)


@pytest.fixture
def any_checksum(monkeypatch):
    """Let torchvision take our small CIFAR-10 for the real one."""
    for attribute in ("train_list", "test_list"):
        monkeypatch.setattr(datasets.CIFAR10, attribute, [[f, None] for f, _ in getattr(datasets.CIFAR10, attribute)])
    monkeypatch.setattr(datasets.CIFAR10, "meta", datasets.CIFAR10.meta | {"md5": None})


@pytest.fixture
def no_network(monkeypatch):
    """Any use of the network fails the test; returns the list of the attempts."""
    attempts = []

    def refuse(*arguments, **_):
        attempts.append(arguments)
        raise AssertionError("the network was asked")
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    return attempts


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An own, still empty data folder, no classroom, and no network unless a test brings one."""
    folder = tmp_path / "own data"
    monkeypatch.setattr(paths, "data_folder", lambda: folder)
    monkeypatch.delenv("AECOURSE_DATA")
    monkeypatch.setattr(download, "answers", lambda addresses: False)
    monkeypatch.setattr(drawn, "draw", draw_once)
    return folder


@pytest.fixture
def classroom(monkeypatch, home, tmp_path):
    """A shared classroom folder, named by AECOURSE_DATA."""
    folder = tmp_path / "classroom"
    folder.mkdir()
    monkeypatch.setenv("AECOURSE_DATA", str(folder))
    return folder
