"""AWS_ENDPOINT_URL for versions of botocore that are older than the variable (before 1.31)."""
import os


def set_up(session):
    if _knows_the_variable():
        return
    create_client = session.Session.create_client

    def create_client_with_endpoint(self, service_name, *args, **kwargs):
        # endpoint_url is the sixth argument after self.
        if len(args) < 5 and kwargs.get("endpoint_url") is None:
            url = _endpoint_of(service_name)
            if url:
                kwargs["endpoint_url"] = url
        return create_client(self, service_name, *args, **kwargs)

    session.Session.create_client = create_client_with_endpoint


def _knows_the_variable():
    import botocore

    version = botocore.__version__.split(".")
    return tuple(int(part) for part in version[:2]) >= (1, 31)


def _endpoint_of(service_name):
    own = "AWS_ENDPOINT_URL_" + service_name.upper().replace("-", "_").replace(" ", "_")
    return os.environ.get(own) or os.environ.get("AWS_ENDPOINT_URL")
