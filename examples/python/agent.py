"""An agent in Python whose calls are instrumented by one of four libraries, named on the command line.

    python agent.py openai-v2 | openinference | openllmetry | pydantic-ai

It works on two tickets and sends its spans where OTEL_EXPORTER_OTLP_ENDPOINT says: to a Collector, or to Costspan itself.
"""

import sys

from costspan_work_item import WorkItemSpanProcessor, outcome, work_item
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(WorkItemSpanProcessor())
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)

MODEL = "gpt-5"


def openai_v2():
    from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    return openai_answer()


def openinference():
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    return openai_answer()


def openllmetry():
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    return openai_answer()


def openai_answer():
    from openai import OpenAI

    client = OpenAI()
    return lambda question: client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])


def pydantic_ai():
    from pydantic_ai import Agent

    Agent.instrument_all()
    agent = Agent(f"openai-chat:{MODEL}")
    return agent.run_sync


library = sys.argv[1]
answer = {
    "openai-v2": openai_v2,
    "openinference": openinference,
    "openllmetry": openllmetry,
    "pydantic-ai": pydantic_ai,
}[library]()

with work_item("ticket", f"{library}-1", team="support"):
    answer("Where is my parcel?")
    answer("When will it arrive?")
    outcome("resolved")

with work_item("ticket", f"{library}-2", team="support"):
    answer("I want my money back.")
    outcome("escalated")

provider.shutdown()
