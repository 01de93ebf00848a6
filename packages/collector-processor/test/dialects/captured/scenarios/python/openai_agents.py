"""Agents of the OpenAI Agents SDK. For INSTRUMENTATIONS see instrument.py."""

from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner
from instrument import instrument
from openai import AsyncOpenAI
from spans import OPENAI_URL, run

instrument()
client = AsyncOpenAI(base_url=f"{OPENAI_URL}/v1", api_key="sk-fake", max_retries=0)


def agent(model):
    return Agent(name="writer", instructions="Be short.", model=model("gpt-5", client))


async def stream():
    result = Runner.run_streamed(agent(OpenAIResponsesModel), "Hello")
    async for _ in result.stream_events():
        pass


run(
    {
        "chat": lambda: Runner.run(agent(OpenAIChatCompletionsModel), "Hello"),
        "responses": lambda: Runner.run(agent(OpenAIResponsesModel), "Hello"),
        "responses stream": stream,
    }
)
