"""Vector databases, in the process itself where they run there. For INSTRUMENTATIONS see instrument.py."""

import os

from instrument import instrument
from spans import run

instrument()


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


def pinecone():
    from pinecone import Pinecone

    index = Pinecone(api_key="fake").Index(host=os.environ["PINECONE_URL"])
    return {
        "upsert": lambda: index.upsert(vectors=[("a", [0.1, 0.2])]) and None,
        "query": lambda: index.query(vector=[0.1, 0.2], top_k=1) and None,
        "fetch": lambda: index.fetch(ids=["a"]) and None,
    }


run({"qdrant": qdrant, "chroma": chroma, "pinecone": pinecone}[os.environ["DATABASE"]]())
