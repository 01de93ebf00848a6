"""Shared by the scenarios: a global tracer provider that keeps spans, and writing them down at the end."""

import asyncio
import inspect
import json
import os
import sys
import traceback

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

OPENAI_URL = os.environ["OPENAI_URL"]
ANTHROPIC_URL = os.environ["ANTHROPIC_URL"]
BEDROCK_URL = os.environ["BEDROCK_URL"]

exporter = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)


def run(calls, flush=lambda: None):
    """Runs each call of a scenario, passes over those that fail, and writes the spans of all of them."""
    asyncio.run(_run_all(calls))
    flush()
    provider.force_flush()
    with open(os.environ["SPANS_FILE"], "w") as file:
        # By span, because a callback may have been given the exporter besides.
        json.dump([_spec(span) for span in {span.context.span_id: span for span in exporter.get_finished_spans()}.values()], file)


async def _run_all(calls):
    tracer = trace.get_tracer("application")
    for name, call in calls.items():
        # A span of the application around each call, as there is one around real work: what reports a call twice does so in one trace.
        with tracer.start_as_current_span(name):
            try:
                result = call()
                if inspect.isawaitable(result):
                    await result
            except Exception:
                print(f"{name}: {traceback.format_exc()}", file=sys.stderr)


def _spec(span):
    return {
        "scope": span.instrumentation_scope.name,
        "scopeVersion": span.instrumentation_scope.version or "",
        "name": span.name,
        "kind": span.kind.value + 1,
        "status": span.status.status_code.value,
        "traceId": trace.format_trace_id(span.context.trace_id),
        "spanId": trace.format_span_id(span.context.span_id),
        "parentSpanId": trace.format_span_id(span.parent.span_id) if span.parent else "",
        # Vectors of embeddings are long and say nothing about cost.
        "attributes": {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in span.attributes.items()
            if not isinstance(value, (tuple, list)) or len(value) < 32
        },
    }
