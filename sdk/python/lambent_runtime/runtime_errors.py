"""Failures that the runtime itself reports, with the type names Lambda gives them."""


class RuntimeFault(Exception):
    def __init__(self, error_type, message, stack_trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.stack_trace = list(stack_trace)
