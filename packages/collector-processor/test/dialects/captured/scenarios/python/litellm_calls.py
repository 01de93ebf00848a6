"""Calls through LiteLLM with its OpenTelemetry callback, which its proxy uses too."""

import litellm
from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig

from spans import ANTHROPIC_URL, OPENAI_URL, exporter, run

litellm.callbacks = [OpenTelemetry(config=OpenTelemetryConfig(exporter=exporter))]
MESSAGES = [{"role": "user", "content": "Hello"}]
openai = {"api_base": f"{OPENAI_URL}/v1", "api_key": "sk-fake"}
anthropic = {"api_base": ANTHROPIC_URL, "api_key": "sk-fake"}


async def chat():
    await litellm.acompletion(model="openai/gpt-5", messages=MESSAGES, **openai)
    await _settle()


async def chat_stream():
    options = {"include_usage": True}
    response = await litellm.acompletion(
        model="openai/gpt-5", messages=MESSAGES, stream=True, stream_options=options, **openai
    )
    async for _ in response:
        pass
    await _settle()


async def embeddings():
    await litellm.aembedding(model="openai/text-embedding-3-small", input=["Hello"], **openai)
    await _settle()


async def message():
    await litellm.acompletion(model="anthropic/claude-sonnet-5", messages=MESSAGES, max_tokens=100, **anthropic)
    await _settle()


async def _settle():
    # Callbacks run behind the answer; the queue they wait in has no end that could be awaited.
    import asyncio

    await asyncio.sleep(2)


run({"chat": chat, "chat stream": chat_stream, "embeddings": embeddings, "message": message})
