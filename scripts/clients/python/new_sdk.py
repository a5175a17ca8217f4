"""The SDKs alibabacloud-vpc20160428 and alibabacloud-cbn20170912, by their own clients and models."""

import os
import re

from alibabacloud_cbn20170912 import client as cbn_client
from alibabacloud_cbn20170912 import models as cbn_models
from alibabacloud_credentials import models as credential_models
from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_tea_openapi import models as openapi_models
from alibabacloud_vpc20160428 import client as vpc_client
from alibabacloud_vpc20160428 import models as vpc_models
from darabonba.exceptions import DaraException

from requests_on_stdin import Refused, serve

HOST = os.environ["EMULATOR_HOST"]
KEY = {"access_key_id": os.environ["EMULATOR_KEY"], "access_key_secret": os.environ["EMULATOR_SECRET"]}
MODULES = {"vpc": (vpc_client, vpc_models), "cbn": (cbn_client, cbn_models)}


def config(**credentials):
    return openapi_models.Config(
        endpoint=HOST, protocol=os.environ["EMULATOR_PROTOCOL"], region_id="cn-hangzhou", **credentials
    )


def by_role(role):
    """Credentials of a role, which the library asks STS for: by HTTPS, whatever else is set."""
    return Credentials(
        credential_models.Config(
            type="ram_role_arn",
            role_arn=role,
            role_session_name="clients",
            sts_endpoint=HOST,
            **KEY,
        )
    )


ROLE = os.environ.get("EMULATOR_ROLE")
CREDENTIALS = {"credential": by_role(ROLE)} if ROLE else KEY
CLIENTS = {service: client.Client(config(**CREDENTIALS)) for service, (client, _) in MODULES.items()}


def method_name(action):
    """The SDK's own way to write an action: `DescribeCens` is `describe_cens`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", action).lower()


def call(service, action, params):
    _, models = MODULES[service]
    request = getattr(models, f"{action}Request")().from_map(params)
    try:
        return getattr(CLIENTS[service], method_name(action))(request).body.to_map()
    except DaraException as error:
        if error.code is None:
            raise
        raise Refused(error.code) from error


serve(call)
