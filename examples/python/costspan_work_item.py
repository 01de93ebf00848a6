"""Names the work item on every span of a Python process. Copy this file into your project; it needs opentelemetry-sdk alone.

    provider.add_span_processor(WorkItemSpanProcessor())

    with work_item("ticket", "T-42", team="support"):
        client.chat.completions.create(...)     # whatever instruments it, its span carries the work item
        outcome("resolved")

Between processes the work item travels in one header, `costspan-work-item`, the one that Costspan's SDK for JavaScript
writes and reads too:

    requests.post(url, headers=inject({}))      # sender
    with extract(request.headers):              # receiver
        ...
"""

import logging
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, nullcontext
from urllib.parse import parse_qsl, urlencode

from opentelemetry import context, trace
from opentelemetry.propagate import extract as extract_trace
from opentelemetry.propagate import inject as inject_trace
from opentelemetry.sdk.trace import Span, SpanProcessor

HEADER = "costspan-work-item"
_KEY = context.create_key("costspan-work-item")
_FIELDS = {"tenant": "tenant", "type": "type", "id": "id", "parent": "parent_id"}
_ID_BYTES_MAX = 256
_HEADER_CHARACTERS_MAX = 4096
_log = logging.getLogger("costspan")


class WorkItemSpanProcessor(SpanProcessor):
    """Sets the work item on spans as they start. Add it once, in any place among the span processors."""

    def on_start(self, span: Span, parent_context: context.Context | None = None) -> None:
        item = context.get_value(_KEY, parent_context)
        if item:
            span.set_attributes(_attributes(item))


@contextmanager
def work_item(
    type: str, id: str, *, tenant: str | None = None, parent: str | None = None, **dimensions: str
) -> Iterator[None]:
    """Everything inside is work on this item. A name that cannot be used is logged, and the work inside runs all the same."""
    with _within({"type": type, "id": id, "tenant": tenant, "parent": parent, "dimensions": dimensions}):
        with trace.get_tracer("costspan-python").start_as_current_span(f"work_item {type}"):
            yield


def outcome(value: str) -> None:
    """Says how the current work item ended, such as "resolved". The latest one counts."""
    attributes = {"costspan.work_item.outcome": value, "costspan.work_item.outcome_at": str(time.time_ns())}
    trace.get_tracer("costspan-python").start_span("costspan.work_item.outcome", attributes=attributes).end()


def inject(headers: MutableMapping[str, str]) -> MutableMapping[str, str]:
    """Writes work item and trace into headers for a process of yours, and returns them. Never send them to a provider."""
    item = context.get_value(_KEY)
    if not item:
        return headers
    fields = {field: item[field] for field in ("type", "id", "tenant", "parent") if item[field]}
    fields |= {f"dimension.{key}": value for key, value in item["dimensions"].items()}
    headers[HEADER] = urlencode(fields)
    inject_trace(headers)
    return headers


def extract(headers: Mapping[str, str]):
    """A context manager: everything inside is work on the item that the headers name. Only for senders you trust."""
    lower = {name.lower(): value for name, value in headers.items()}
    text = lower.get(HEADER, "")
    fields = dict(parse_qsl(text)) if len(text) <= _HEADER_CHARACTERS_MAX else {}
    if not fields:
        return nullcontext()
    dimensions = {key.removeprefix("dimension."): value for key, value in fields.items() if key.startswith("dimension.")}
    item = {field: fields.get(field) for field in ("type", "id", "tenant", "parent")}
    return _within({**item, "dimensions": dimensions}, extract_trace(lower))


@contextmanager
def _within(item: dict, base: context.Context | None = None) -> Iterator[None]:
    unusable = [
        field for field in ("type", "id") if not item[field] or len(str(item[field]).encode()) > _ID_BYTES_MAX
    ]
    if unusable:
        _log.warning("work item: expected %s of 1 to %d bytes; its cost will be unattributed", unusable, _ID_BYTES_MAX)
        item = None
    token = context.attach(context.set_value(_KEY, item, base))
    try:
        yield
    finally:
        context.detach(token)


def _attributes(item: dict) -> dict[str, str]:
    named = {f"costspan.work_item.{name}": item[field] for field, name in _FIELDS.items() if item[field]}
    return named | {f"costspan.dimension.{key}": value for key, value in item["dimensions"].items()}
