#!/usr/bin/python3
"""Writes sigv4_vectors.h: what botocore signs for requests of every shape, so that our verifier is
held to another implementation. The names are those of the published test suite where the request
is the same. Run by hand when a shape is added: ./sigv4_vectors.py > sigv4_vectors.h"""
import datetime

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
NOW = datetime.datetime(2015, 8, 30, 12, 36)
HOST = "http://example.amazonaws.com"
LOCAL = "http://127.0.0.1:4566"
FORM = [("Content-Type", "application/x-www-form-urlencoded")]


class FixedTime(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return NOW


CASES = [
    # name, service, method, base, path and query, headers, body, expires (presigned) or None
    ("get-vanilla", "service", "GET", HOST, "/", [], b"", None),
    ("get-vanilla-empty-query-key", "service", "GET", HOST, "/?Param1=value1", [], b"", None),
    ("get-vanilla-query-order-key", "service", "GET", HOST, "/?Param1=v2&Param1=Value1", [], b"", None),
    ("get-vanilla-query-order-key-case", "service", "GET", HOST, "/?Param2=value2&Param1=value1",
     [], b"", None),
    ("get-vanilla-query-unreserved", "service", "GET", HOST, "/?-._~0129AZaz=-._~0129AZaz", [], b"",
     None),
    ("get-vanilla-utf8-query", "service", "GET", HOST, "/?%E1%88%B4=bar", [], b"", None),
    ("get-utf8", "service", "GET", HOST, "/%E1%88%B4", [], b"", None),
    ("get-space", "service", "GET", HOST, "/example%20space/", [], b"", None),
    ("get-relative", "service", "GET", HOST, "/example/..", [], b"", None),
    ("get-relative-relative", "service", "GET", HOST, "/example1/example2/../..", [], b"", None),
    ("get-slash", "service", "GET", HOST, "//", [], b"", None),
    ("get-slash-dot-slash", "service", "GET", HOST, "/./", [], b"", None),
    ("get-slash-pointless-dot", "service", "GET", HOST, "/./example", [], b"", None),
    ("get-slashes", "service", "GET", HOST, "//example//", [], b"", None),
    ("get-unreserved", "service", "GET", HOST, "/-._~0123456789ABCxyz", [], b"", None),
    ("get-header-key-duplicate", "service", "GET", HOST, "/",
     [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")], b"", None),
    ("get-header-value-order", "service", "GET", HOST, "/",
     [("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3")], b"", None),
    ("get-header-value-trim", "service", "GET", HOST, "/",
     [("My-Header1", "value1"), ("My-Header2", '"a   b   c"')], b"", None),
    ("post-vanilla", "service", "POST", HOST, "/", [], b"", None),
    ("post-vanilla-query", "service", "POST", HOST, "/?Param1=value1", [], b"", None),
    ("post-header-key-sort", "service", "POST", HOST, "/", [("My-Header1", "value1")], b"", None),
    ("post-header-value-case", "service", "POST", HOST, "/", [("My-Header1", "VALUE1")], b"", None),
    ("post-x-www-form-urlencoded", "service", "POST", HOST, "/", FORM, b"Param1=value1", None),
    ("lambda-invoke", "lambda", "POST", LOCAL, "/2015-03-31/functions/f/invocations",
     [("X-Amz-Invocation-Type", "Event")], b'{"a":1}', None),
    ("lambda-arn-and-qualifier", "lambda", "GET", LOCAL,
     "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af"
     "?Qualifier=%24LATEST", [], b"", None),
    ("logs-target", "logs", "POST", LOCAL, "/",
     [("X-Amz-Target", "Logs_20140328.FilterLogEvents"),
      ("Content-Type", "application/x-amz-json-1.1")], b"{}", None),
    ("sts-form", "sts", "POST", LOCAL, "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15",
     None),
    ("sts-presigned", "sts", "GET", LOCAL, "/?Action=GetCallerIdentity&Version=2011-06-15", [], b"",
     60),
    ("s3-list", "s3", "GET", LOCAL, "/bucket?list-type=2&prefix=a%2Fb&encoding-type=url", [], b"",
     None),
    ("s3-subresource", "s3", "PUT", LOCAL, "/bucket?notification", [], b"<x/>", None),
    ("s3-key-with-everything", "s3", "PUT", LOCAL,
     "/bucket/a%20b%2Bc%3D%26/%C3%A9/%25/~x%27%28%29%2A%21", [], b"hello", None),
    ("s3-key-with-dots", "s3", "GET", LOCAL, "/bucket/a/../b//c/./d/", [], b"", None),
    ("s3-key-with-escaped-slash", "s3", "GET", LOCAL, "/bucket/a%2Fb", [], b"", None),
    ("s3-virtual-host", "s3", "GET", "http://bucket.localhost:4566", "/key", [], b"", None),
    ("s3-metadata", "s3", "PUT", LOCAL, "/bucket/key",
     [("x-amz-meta-a", "  two   words  "), ("x-amz-copy-source", "/bucket/other")], b"", None),
    ("s3-presigned-get", "s3", "GET", LOCAL, "/bucket/k%20ey?response-content-type=text%2Fplain", [],
     b"", 3600),
    ("s3-presigned-put", "s3", "PUT", LOCAL, "/bucket/key", [("Content-Type", "image/png")], b"x",
     604800),
    ("s3-presigned-version", "s3", "GET", LOCAL, "/bucket/key?versionId=null", [], b"", 1),
]


def literal(text):
    out = ""
    for byte in text if isinstance(text, bytes) else text.encode():
        out += {10: "\\n", 34: '\\"', 92: "\\\\"}.get(byte) or (
            chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}")
    return f'"{out}"'


def signed(case):
    _, service, method, base, target, headers, body, expires = case
    request = AWSRequest(method=method, url=base + target, data=b"" if expires else body)
    for name, value in headers:
        request.headers.add_header(name, value)
    s3 = service == "s3"
    if expires is None:
        auth = (botocore.auth.S3SigV4Auth if s3 else botocore.auth.SigV4Auth)(
            KEY, service, "us-east-1")
    else:
        auth = (botocore.auth.S3SigV4QueryAuth if s3 else botocore.auth.SigV4QueryAuth)(
            KEY, service, "us-east-1", expires=expires)
    auth.add_auth(request)
    sent = request.url[len(base):]
    fields = [("Host", base[len("http://"):])]
    fields += [(name, value) for name, value in request.headers.items() if name != "Host"]
    return sent.partition("?"), fields


def main():
    botocore.auth.datetime.datetime = FixedTime
    print("// Made by sigv4_vectors.py; not edited by hand.\n#pragma once\n")
    print('#include <string>\n#include <utility>\n#include <vector>\n')
    print("namespace lambent::tests {\n\n// clang-format off")
    print("struct SignedVector {\n    std::string name, service, method, path, query;")
    print("    std::vector<std::pair<std::string, std::string>> headers;\n    std::string body;\n};\n")
    print("inline const std::vector<SignedVector> kSignedVectors = {")
    for case in CASES:
        (path, _, query), fields = signed(case)
        print(f"    {{{literal(case[0])}, {literal(case[1])}, {literal(case[2])},")
        print(f"     {literal(path)},\n     {literal(query)},\n     {{")
        for name, value in fields:
            print(f"         {{{literal(name)}, {literal(value)}}},")
        print(f"     }},\n     {literal(case[6])}}},")
    print("};\n// clang-format on\n\n}  // namespace lambent::tests")


main()
