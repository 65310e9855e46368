#pragma once

#include "base/async/task.h"
#include "base/http/message.h"
#include "base/http/uri.h"

#include <string>

namespace lambent::api {

// Who signed a request. The root key may do everything; a function's key may use S3 and invoke.
struct Principal {
    std::string access_key;
    std::string name;  // "root", or "function:<name>"
    bool is_root = false;
    bool is_stranger = false;  // nobody signed, and nobody had to
};

// A request that the front door has checked and decoded once.
struct Request {
    http::RequestHead head;
    std::string path;  // decoded; S3 splits head.path itself, since keys may contain %2F
    http::QueryItems query;
    Principal principal;
    // Sent by a browser for a page of another origin. Only S3 gets such requests: it answers those
    // that the bucket's CORS rules allow.
    bool is_cross_origin = false;
    std::string request_id;  // also sent back as x-amzn-RequestId / x-amz-request-id
};

// One AWS service's wire protocol: parse, call the room below, render. The body has been unwrapped
// (aws-chunked) and its hash or chunk signatures are checked while it is read.
class Service {
  public:
    virtual ~Service() = default;
    virtual Task<http::Response> serve(Request request, http::BodyReader& body) = 0;
};

// A service whose owner decides, for each address, whether strangers may call it.
class PublicService : public Service {
  public:
    // Whether this request must be signed, whatever it asks for.
    virtual bool wants_signature(const http::RequestHead& head) const = 0;
};

}  // namespace lambent::api
