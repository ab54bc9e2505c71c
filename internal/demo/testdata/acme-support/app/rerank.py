"""Orders the passages of the knowledge base by how well they fit a question."""

import torch
from transformers import AutoModel, AutoTokenizer

BASE = "acme-labs/passage-encoder"


def load_reranker(path: str):
    """The head is our own training; the encoder comes from the hub."""
    head = torch.load(path, map_location="cpu")
    encoder = AutoModel.from_pretrained(BASE, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(BASE, revision="5c38ec7c405ec4b44b94cc5a9bb96e735b38267a")
    return head, encoder, tokenizer
