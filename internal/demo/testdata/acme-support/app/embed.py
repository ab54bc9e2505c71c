"""Embeds passages with weights that cannot carry code."""

from safetensors.torch import load_file


def load_embedder(path: str = "models/embed.safetensors"):
    return load_file(path)
