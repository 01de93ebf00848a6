"""An agent of Strands over OpenAI, whose model clients always stream."""

from spans import OPENAI_URL, run
from strands import Agent
from strands.models.openai import OpenAIModel

model = OpenAIModel(client_args={"base_url": f"{OPENAI_URL}/v1", "api_key": "sk-fake"}, model_id="gpt-5")
run({"chat stream": lambda: Agent(model=model, callback_handler=None).invoke_async("Hello")})
