"""An agent of the Google Agent Development Kit over OpenAI, through LiteLLM."""

from google.adk.agents import LlmAgent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types

from spans import OPENAI_URL, run

model = LiteLlm(model="openai/gpt-5", api_base=f"{OPENAI_URL}/v1", api_key="sk-fake")


async def chat():
    runner = InMemoryRunner(agent=LlmAgent(name="greeter", model=model, instruction="Greet."), app_name="capture")
    session = await runner.session_service.create_session(app_name="capture", user_id="user")
    message = types.Content(role="user", parts=[types.Part(text="Hello")])
    async for _ in runner.run_async(user_id="user", session_id=session.id, new_message=message):
        pass


run({"chat": chat})
