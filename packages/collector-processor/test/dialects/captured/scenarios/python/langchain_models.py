"""Models of LangChain in a chain. For INSTRUMENTATIONS see instrument.py."""

from instrument import instrument
from langchain_anthropic import ChatAnthropic
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI
from spans import ANTHROPIC_URL, OPENAI_URL, run

instrument()
prompt = ChatPromptTemplate.from_messages([("user", "{text}")])
openai = {"model": "gpt-5", "base_url": f"{OPENAI_URL}/v1", "api_key": "sk-fake", "max_retries": 0}
chat = prompt | ChatOpenAI(**openai, stream_usage=True)
responses = prompt | ChatOpenAI(**openai, use_responses_api=True)
anthropic = {"model": "claude-sonnet-5", "base_url": ANTHROPIC_URL, "api_key": "sk-fake", "max_tokens": 100, "max_retries": 0}
message = prompt | ChatAnthropic(**anthropic)


def generate(chain):
    return lambda: chain.invoke({"text": "Hello"}) and None


def stream(chain):
    def call():
        for _ in chain.stream({"text": "Hello"}):
            pass

    return call


run(
    {
        "chat": generate(chat),
        "chat stream": stream(chat),
        "responses": generate(responses),
        "message": generate(message),
        "message stream": stream(message),
    }
)
