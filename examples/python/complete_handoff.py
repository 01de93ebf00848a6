"""Finishes a handoff: a person has done what an agent asked for. Needs nothing but Python.

    COSTSPAN_URL=http://127.0.0.1:4318 python complete_handoff.py TOKEN 7.5 approved

The token is what `item.handoff()` of the SDK returned. Sent twice with the same details it is charged once.
"""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def complete_handoff(token: str, minutes: str, decision: str) -> dict:
    body = {"token": token, "touch": {"minutes": minutes}, "decision": decision}
    url = f"{os.environ['COSTSPAN_URL']}/v1/handoffs/complete"
    request = Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except HTTPError as error:
        # 503 says when to come back; anything else says what to do.
        raise RuntimeError(f"{url}: {error.code}: {error.read().decode()}") from None


if __name__ == "__main__":
    print(json.dumps(complete_handoff(*sys.argv[1:4])))
