"""JSON by the interpreter's own C scanner and encoder, without the json package around them.

The package imports re and enum, which doubles the start time of a small function. A function that
wants json imports it itself and finds it untouched.
"""
import _json


class _ScannerSettings:
    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {
        "-Infinity": float("-inf"),
        "Infinity": float("inf"),
        "NaN": float("nan"),
    }.__getitem__
    memo = {}


def _default(value):
    """Numbers that only the decimal module knows travel as floats, as on Lambda."""
    if type(value).__name__ == "Decimal":
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


class JsonCodec:
    def __init__(self, ascii_only):
        self._scan = _json.make_scanner(_ScannerSettings)
        self._ascii_only = ascii_only

    def decode(self, body):
        """A value from UTF-8 bytes; ValueError when they are not JSON."""
        text = str(body, "utf-8")
        start = len(text) - len(text.lstrip(" \t\n\r"))
        try:
            value, end = self._scan(text, start)
        except StopIteration as error:
            raise ValueError(f"Expecting value at character {error.value}") from None
        if text[end:].strip(" \t\n\r"):
            raise ValueError(f"Extra data at character {end}")
        return value

    def encode(self, value):
        """UTF-8 bytes; TypeError or ValueError when the value cannot be JSON."""
        if self._ascii_only:
            return self._join(value, _json.encode_basestring_ascii)
        try:
            return self._join(value, _json.encode_basestring)
        except UnicodeEncodeError:  # half a surrogate pair has no UTF-8 form, but an escape
            return self._join(value, _json.encode_basestring_ascii)

    @staticmethod
    def _join(value, quote):
        # A new encoder each time: its first argument remembers the path to detect circles.
        encode = _json.make_encoder({}, _default, quote, None, ": ", ", ", False, False, True)
        return "".join(encode(value, 0)).encode()
