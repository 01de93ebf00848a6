"""Instruments what INSTRUMENTATIONS names, separated by commas: module:Class, or module:function of a kit that does it all."""

import importlib
import inspect
import os

from spans import provider


def instrument():
    for each in filter(None, os.environ.get("INSTRUMENTATIONS", "").split(",")):
        module, name = each.split(":")
        found = getattr(importlib.import_module(module), name)
        if inspect.isclass(found):
            found().instrument(tracer_provider=provider)
        else:
            # Metrics of the computer take processes of their own, and tell nothing of usage.
            found(disable_metrics=True, disable_events=True)
