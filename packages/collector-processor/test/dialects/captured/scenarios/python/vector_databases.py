"""Vector databases that run in the process itself. INSTRUMENTATIONS names what is instrumented, as in instrumented.py."""

import importlib
import os

from spans import provider, run

for each in os.environ["INSTRUMENTATIONS"].split(","):
    module, name = each.split(":")
    getattr(importlib.import_module(module), name)().instrument(tracer_provider=provider)


def qdrant():
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection("kb", vectors_config=models.VectorParams(size=2, distance=models.Distance.COSINE))
    return {
        "upsert": lambda: client.upsert("kb", points=[models.PointStruct(id=1, vector=[0.1, 0.2])]) and None,
        "query": lambda: client.query_points("kb", query=[0.1, 0.2], limit=1) and None,
        "scroll": lambda: client.scroll("kb", limit=1) and None,
    }


def chroma():
    import chromadb

    collection = chromadb.EphemeralClient().create_collection("knowledge")
    return {
        "add": lambda: collection.add(ids=["a"], embeddings=[[0.1, 0.2]], documents=["a"]),
        "query": lambda: collection.query(query_embeddings=[[0.1, 0.2]], n_results=1) and None,
        "get": lambda: collection.get(ids=["a"]) and None,
    }


run({"qdrant": qdrant, "chroma": chroma}[os.environ["DATABASE"]]())
