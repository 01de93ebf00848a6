"""Bedrock through boto3, with the instrumentation of the AWS client."""

import json

import boto3
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor

from spans import BEDROCK_URL, provider, run

BotocoreInstrumentor().instrument(tracer_provider=provider)
client = boto3.client(
    "bedrock-runtime",
    region_name="us-east-1",
    endpoint_url=BEDROCK_URL,
    aws_access_key_id="fake",
    aws_secret_access_key="fake",
)
MODEL = "anthropic.claude-sonnet-5-v1:0"
BODY = json.dumps(
    {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}
)


def _read(answer):
    answer["body"].read()


def _drain(answer):
    for _ in answer["body"]:
        pass


run(
    {
        "invoke": lambda: _read(client.invoke_model(modelId=MODEL, body=BODY)),
        "invoke stream": lambda: _drain(client.invoke_model_with_response_stream(modelId=MODEL, body=BODY)),
        "converse": lambda: client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}]) and None,
    }
)
