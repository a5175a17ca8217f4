"""Writes the request parameters of CBN operations, as the official Python SDK's models have them, as JSON.

Usage: python cbn_parameters.py OPERATION… (with alibabacloud-cbn20170912 installed)
"""

import importlib.metadata
import inspect
import json
import re
import sys
import typing

from alibabacloud_cbn20170912 import models
from darabonba.model import DaraModel


def wire_names(model):
    """What the model calls each of its fields on the wire."""
    text = inspect.getsource(model.to_map)
    pairs = re.findall(r"result\['([^']+)'\](?: = self\.(\w+)|\.append|(?= = \[\]))", text)
    names = {field: wire for wire, field in pairs if field}
    lists = re.findall(r"result\['([^']+)'\] = \[\]\s+if self\.(\w+)", text)
    return names | {field: wire for wire, field in lists}


def parameters(model):
    """The type of each parameter by its name: a word, a list of one, or an object."""
    hints = typing.get_type_hints(model.__init__, {"List": list, "Dict": dict, "main_models": models})
    return {wire: shape(hints[field]) for field, wire in sorted(wire_names(model).items())}


def shape(hint):
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is typing.Union:
        return shape(next(one for one in inner if one is not type(None)))
    if typing.get_origin(hint) is list:
        return [shape(inner[0])]
    if isinstance(hint, type) and issubclass(hint, DaraModel):
        return parameters(hint)
    return {"str": "string", "int": "number", "bool": "boolean"}[hint.__name__]


package = "alibabacloud-cbn20170912"
print(
    json.dumps(
        {
            "source": f"{package} {importlib.metadata.version(package)}",
            "operations": {name: parameters(getattr(models, f"{name}Request")) for name in sorted(sys.argv[1:])},
        },
        indent=2,
    )
)
