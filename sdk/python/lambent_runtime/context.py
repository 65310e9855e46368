"""What a handler gets as its second argument, and what the environment variables say."""
import time


class LambdaSettings:
    """Lambda's environment variables, read from posix.environ (bytes) without importing os."""

    def __init__(self, environ):
        def get(name, default=""):
            return environ.get(name, default.encode()).decode("utf-8", "surrogateescape")

        self.runtime_api = get(b"AWS_LAMBDA_RUNTIME_API")
        self.handler = get(b"_HANDLER")
        self.task_root = get(b"LAMBDA_TASK_ROOT", "/var/task")
        self.function_name = get(b"AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = get(b"AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_mb = get(b"AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group = get(b"AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream = get(b"AWS_LAMBDA_LOG_STREAM_NAME")
        self.execution_env = get(b"AWS_EXECUTION_ENV")
        self.endpoint_url = get(b"AWS_ENDPOINT_URL")
        self.python_path = get(b"PYTHONPATH")

    def answers_in_ascii(self):
        """Lambda's runtimes before Python 3.12 escape what is not ASCII."""
        minor = self.execution_env.rpartition("python3.")[2]
        return minor.isdigit() and int(minor) < 12


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, fields=None):
        fields = fields or {}
        self.cognito_identity_id = fields.get("cognitoIdentityId")
        self.cognito_identity_pool_id = fields.get("cognitoIdentityPoolId")


class Client:
    __slots__ = (
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    )

    def __init__(self, fields):
        for name in self.__slots__:
            setattr(self, name, fields.get(name))


class ClientContext:
    __slots__ = ("custom", "env", "client")

    def __init__(self, fields):
        self.custom = fields.get("custom")
        self.env = fields.get("env")
        client = fields.get("client")
        self.client = Client(client) if isinstance(client, dict) else None


class LambdaContext:
    def __init__(self, event, settings, codec):
        self.aws_request_id = event.request_id
        self.function_name = settings.function_name
        self.function_version = settings.function_version
        self.memory_limit_in_mb = settings.memory_mb
        self.invoked_function_arn = event.function_arn
        self.log_group_name = settings.log_group
        self.log_stream_name = settings.log_stream
        self.client_context = None
        if event.client_context:
            fields = codec.decode(event.client_context.encode())
            self.client_context = ClientContext(fields) if isinstance(fields, dict) else None
        identity = codec.decode(event.cognito_identity.encode()) if event.cognito_identity else None
        self.identity = CognitoIdentity(identity)
        self._epoch_deadline_time_in_ms = event.deadline_ms

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def log(self, message):
        print(message, end="", flush=True)

    def __repr__(self):
        fields = ",".join(f"{name}={value}" for name, value in vars(self).items() if name[0] != "_")
        return f"LambdaContext([{fields}])"
