#pragma once

#include "base/async/task.h"
#include "base/result.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lambent::http {

// Header fields in the order they came, names compared without case.
class Headers {
  public:
    using Field = std::pair<std::string, std::string>;

    void add(std::string name, std::string value) {
        fields_.emplace_back(std::move(name), std::move(value));
    }
    void set(std::string_view name, std::string value);  // replaces all of that name
    void remove(std::string_view name);
    // The first value of that name.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    const std::vector<Field>& all() const { return fields_; }

  private:
    std::vector<Field> fields_;
};

// The head of a request, exactly as it arrived: nothing is decoded, so that a signature can be
// checked over it. Decoding is done once, by uri.h.
struct RequestHead {
    std::string method;
    std::string path;   // raw, percent-encoded, begins with '/'
    std::string query;  // raw, without '?'
    Headers headers;
    std::string peer;  // "127.0.0.1:51234" or "cell"
    // Which listener it came in by: "" for the public port, else what accept_on was given.
    std::string entrance;
    bool is_secure = false;  // came over TLS

    // What addresses begin with that lead the same way.
    const char* scheme() const { return is_secure ? "https" : "http"; }
};

// The body of one request, read once and front to back; borrowed for the duration of handle().
// The first read sends "100 Continue" when the client waits for it, so a handler that refuses a
// request before reading makes the client keep its body.
class BodyReader {
  public:
    virtual ~BodyReader() = default;
    // The next bytes; an empty string at the end. Error kInvalidArgument for broken framing.
    virtual Task<Result<std::string>> read_some() = 0;
    virtual std::optional<std::uint64_t> content_length() const = 0;
    // The whole body, when nothing of it was read and all of it has come already, which spares most
    // small requests every wait; else nothing, and it must be read.
    virtual std::optional<std::string> take_whole() { return std::nullopt; }
    // What a chunked body said behind its end. Never part of the head: who asks knows what to
    // believe.
    virtual Headers trailers() const { return {}; }

    // Everything, or kTooLarge as soon as it is known to be more than `limit_bytes`.
    Task<Result<std::string>> read_all(std::uint64_t limit_bytes);
};

// Part of an open file, sent without being read into memory first.
struct FileBody {
    UniqueFd file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

// A body that is made while it is sent, of no known length. Destroyed when the last byte has left
// or the client has gone.
class BodySource {
  public:
    virtual ~BodySource() = default;
    // The next bytes; an empty string at the end. An Error cuts the connection, so that the client
    // cannot take what it has for the whole.
    virtual Task<Result<std::string>> read_some() = 0;
};

// Sent piece by piece as it comes, in chunks.
struct StreamBody {
    std::unique_ptr<BodySource> source;
};

struct Response {
    unsigned status = 200;
    Headers headers;
    std::variant<std::string, FileBody, StreamBody> body;
    bool close = false;  // end the connection after this answer
};

// What serves requests. One request of one connection at a time; connections interleave.
class Handler {
  public:
    virtual ~Handler() = default;
    virtual Task<Response> handle(RequestHead head, BodyReader& body) = 0;
};

}  // namespace lambent::http
