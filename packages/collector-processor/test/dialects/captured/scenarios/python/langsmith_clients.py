"""The clients as LangSmith wraps them, whose runs it turns into spans of OpenTelemetry."""

import os

os.environ.update(LANGSMITH_TRACING="true", LANGSMITH_API_KEY="fake", LANGSMITH_ENDPOINT="http://127.0.0.1:1", LANGCHAIN_REVISION_ID="1")

from clients import anthropic_calls, openai_calls
from langsmith import Client
from langsmith.run_helpers import tracing_context
from langsmith.wrappers import wrap_anthropic, wrap_openai
from spans import provider, run

client = Client(tracing_mode="otel", otel_tracer_provider=provider)


def traced(call):
    def within():
        with tracing_context(client=client, enabled=True):
            call()

    return within


calls = {**openai_calls(wrap_openai), **anthropic_calls(wrap_anthropic)}
run({name: traced(call) for name, call in calls.items()}, client.flush)
