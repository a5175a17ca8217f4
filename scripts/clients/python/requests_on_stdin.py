"""Reads calls from standard input, one JSON object a line, makes each of them, and writes one line about how it ended."""

import json
import sys


class Refused(Exception):
    """The service refused a call."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def serve(call):
    """Answers every line with what `call(service, action, params)` returns, or with the code it was refused with."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"body": call(asked["service"], asked["action"], asked["params"])}
        except Refused as refusal:
            answer = {"code": refusal.code}
        except Exception as error:  # The client itself failed: the story has to hear of it, whatever it is.
            answer = {"failed": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer, default=str) + "\n")
        sys.stdout.flush()
