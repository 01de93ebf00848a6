"""Runs SQL files and statements in an embedded ClickHouse: one JSON request on standard input, one JSON answer."""

import json
import sys

from chdb import session


def main() -> None:
    request = json.load(sys.stdin)
    clickhouse = session.Session()
    clickhouse.query("CREATE DATABASE costs ENGINE = Atomic")
    clickhouse.query("USE costs")
    for statement in request["setup"]:
        clickhouse.query(statement)
    for rows in request["rows"]:
        text = "\n".join(json.dumps(row) for row in rows)
        clickhouse.query(f"INSERT INTO otel_logs FORMAT JSONEachRow {text}")
    answers = {}
    for name, query in request["queries"].items():
        answers[name] = json.loads(str(clickhouse.query(query, "JSON")))["data"]
    json.dump(answers, sys.stdout)


main()
