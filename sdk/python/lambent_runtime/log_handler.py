"""The root logger as Lambda's Python runtime sets it up."""
import sys
import time

from lambent_runtime import import_hooks

_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s\n"


def set_up(logging):
    class RequestIdFilter(logging.Filter):
        def filter(self, record):
            record.aws_request_id = import_hooks.current_request_id
            return True

    class LineHandler(logging.Handler):
        """One log event for each record, however many lines it has."""

        def emit(self, record):
            try:
                text = self.format(record).rstrip("\n").replace("\n", "\r")
                sys.stdout.write(text + "\n")
            except Exception:
                self.handleError(record)

    formatter = logging.Formatter(_FORMAT, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = LineHandler()
    handler.setFormatter(formatter)
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
