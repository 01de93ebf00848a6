"""INSTRUMENTATIONS names what is instrumented: module:Class, separated by commas. CLIENTS names the clients that are called."""

import importlib
import os

from clients import anthropic_calls, openai_calls
from spans import provider, run

for each in filter(None, os.environ.get("INSTRUMENTATIONS", "").split(",")):
    module, name = each.split(":")
    getattr(importlib.import_module(module), name)().instrument(tracer_provider=provider)

calls = {}
for client in os.environ["CLIENTS"].split(","):
    calls.update({"openai": openai_calls, "anthropic": anthropic_calls}[client]())
run(calls)
