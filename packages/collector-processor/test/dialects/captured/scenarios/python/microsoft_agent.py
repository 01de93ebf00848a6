"""An agent of the Microsoft Agent Framework over each OpenAI client."""

from agent_framework import Agent
from agent_framework.observability import enable_instrumentation
from agent_framework.openai import OpenAIChatClient, OpenAIChatCompletionClient

from spans import OPENAI_URL, run

enable_instrumentation()
options = {"model": "gpt-5", "base_url": f"{OPENAI_URL}/v1", "api_key": "sk-fake"}


def generate(client):
    return lambda: Agent(client=client).run("Hello")


def stream(client):
    async def call():
        async for _ in Agent(client=client).run("Hello", stream=True):
            pass

    return call


chat = OpenAIChatCompletionClient(**options)
run({"chat": generate(chat), "chat stream": stream(chat), "responses": generate(OpenAIChatClient(**options))})
