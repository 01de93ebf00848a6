"""The calls that every instrumentation of the plain clients is asked to see. A scenario instruments first, then calls this."""

from spans import ANTHROPIC_URL, OPENAI_URL

MESSAGES = [{"role": "user", "content": "Hello"}]


def openai_calls(wrap=lambda client: client):
    from openai import OpenAI

    client = wrap(OpenAI(base_url=f"{OPENAI_URL}/v1", api_key="sk-fake", max_retries=0))

    def stream():
        options = {"include_usage": True}
        for _ in client.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True, stream_options=options):
            pass

    return {
        "chat": lambda: _drop(client.chat.completions.create(model="gpt-5", messages=MESSAGES)),
        "chat stream": stream,
        "responses": lambda: _drop(client.responses.create(model="gpt-5", input="Hello")),
        "embeddings": lambda: _drop(client.embeddings.create(model="text-embedding-3-small", input="Hello")),
    }


def anthropic_calls(wrap=lambda client: client):
    from anthropic import Anthropic

    client = wrap(Anthropic(base_url=ANTHROPIC_URL, api_key="sk-fake", max_retries=0))
    request = {"model": "claude-sonnet-5", "max_tokens": 100, "messages": MESSAGES}

    def stream():
        for _ in client.messages.create(**request, stream=True):
            pass

    return {"message": lambda: _drop(client.messages.create(**request)), "message stream": stream}


def _drop(_):
    return None
