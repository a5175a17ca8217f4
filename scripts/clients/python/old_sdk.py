"""The SDKs aliyun-python-sdk-vpc and aliyun-python-sdk-cbn, by their own request classes."""

import importlib
import json
import os

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient

from requests_on_stdin import Refused, serve

CLIENT = AcsClient(os.environ["EMULATOR_KEY"], os.environ["EMULATOR_SECRET"], "cn-hangzhou")
MODULES = {"vpc": "aliyunsdkvpc.request.v20160428", "cbn": "aliyunsdkcbn.request.v20170912"}


def setter(request, name):
    """The SDK's method for a parameter; it writes some lists with a second `s`."""
    for candidate in (f"set_{name}", f"set_{name}s"):
        if hasattr(request, candidate):
            return getattr(request, candidate)
    # A parameter that is younger than the SDK's model.
    return lambda value: request.add_query_param(name, value)


def call(service, action, params):
    request = getattr(importlib.import_module(f"{MODULES[service]}.{action}Request"), f"{action}Request")()
    request.set_accept_format("json")
    request.set_endpoint(os.environ["EMULATOR_HOST"])
    request.set_protocol_type(os.environ["EMULATOR_PROTOCOL"])
    for name, value in params.items():
        setter(request, name)(value)
    try:
        return json.loads(CLIENT.do_action_with_exception(request))
    except ServerException as error:
        raise Refused(error.get_error_code()) from error


serve(call)
