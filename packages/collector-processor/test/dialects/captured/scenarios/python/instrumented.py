"""CLIENTS names the clients that are called; for INSTRUMENTATIONS see instrument.py."""

import os

from clients import anthropic_calls, openai_calls
from instrument import instrument
from spans import run

instrument()
calls = {}
for client in os.environ["CLIENTS"].split(","):
    calls.update({"openai": openai_calls, "anthropic": anthropic_calls}[client]())
run(calls)
