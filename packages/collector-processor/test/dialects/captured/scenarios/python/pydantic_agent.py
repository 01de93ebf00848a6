"""An agent of Pydantic AI over each model."""

from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from spans import ANTHROPIC_URL, OPENAI_URL, run

Agent.instrument_all()
openai = OpenAIProvider(base_url=f"{OPENAI_URL}/v1", api_key="sk-fake")
anthropic = AnthropicProvider(base_url=ANTHROPIC_URL, api_key="sk-fake")


def generate(model):
    return lambda: Agent(model).run("Hello")


def stream(model):
    async def call():
        async with Agent(model).run_stream("Hello") as result:
            async for _ in result.stream_text():
                pass

    return call


chat = OpenAIChatModel("gpt-5", provider=openai)
message = AnthropicModel("claude-sonnet-5", provider=anthropic)
run(
    {
        "chat": generate(chat),
        "chat stream": stream(chat),
        "responses": generate(OpenAIResponsesModel("gpt-5", provider=openai)),
        "message": generate(message),
        "message stream": stream(message),
    }
)
