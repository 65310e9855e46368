"""The function that a stem rehearses with. Compiled in each stem, as a function's own code is."""
import os


class Rehearsed:
    def __init__(self, event):
        self.event = event

    def answer(self):
        values = [key.upper() for key in self.event]
        return {"event": self.event, "keys": values, "known": "PATH" in os.environ}


def handler(event, context):
    left = context.get_remaining_time_in_millis()
    print("rehearsed", len(event), context.aws_request_id, f"{left}")
    return Rehearsed(event).answer()
