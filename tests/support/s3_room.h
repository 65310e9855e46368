#pragma once

#include "api/s3/s3_event_writer.h"
#include "api/s3/s3_service.h"
#include "tests/support/object_room.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace lambent::tests {

// A body that arrives in pieces.
class PieceReader final : public http::BodyReader {
  public:
    PieceReader(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}
    Task<Result<std::string>> read_some() override {
        std::string next = bytes_.substr(at_, piece_);
        at_ += next.size();
        co_return next;
    }
    std::optional<std::uint64_t> content_length() const override { return bytes_.size(); }

  private:
    std::string bytes_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

// Only the functions that a test names exist.
class NamedFunctions final : public api::s3::FunctionLookup {
  public:
    bool exists(const std::string& name) const override {
        return std::find(names.begin(), names.end(), name) != names.end();
    }
    std::vector<std::string> names{"resize"};
};

// Destinations that are told about; what was sent to them is kept.
class NamedTargets final : public scheduler::Targets {
  public:
    Task<Result<void>> send(scheduler::TargetMessage message) override {
        if (std::find(arns.begin(), arns.end(), message.target_arn) == arns.end()) {
            co_return Error(Code::kNotFound, "target", "there is no such destination");
        }
        sent.push_back(std::move(message));
        co_return Result<void>();
    }
    std::vector<std::string> arns;
    std::vector<scheduler::TargetMessage> sent;
};

struct S3Answer {
    unsigned status = 0;
    http::Headers headers;
    std::string body;

    std::string header(std::string_view name) const {
        return std::string(headers.find(name).value_or("(none)"));
    }
    // The text of the first element of that name.
    std::string element(const std::string& name) const {
        const auto open = body.find("<" + name + ">");
        const auto close = body.find("</" + name + ">");
        if (open == std::string::npos || close == std::string::npos) {
            return "(none)";
        }
        const auto from = open + name.size() + 2;
        return body.substr(from, close - from);
    }
    std::string code() const { return element("Code"); }
};

// The S3 door on a real store, without HTTP and signatures in front.
class S3Room {
  public:
    using Fields = std::vector<http::Headers::Field>;

    S3Room() { ask("PUT", "/photos"); }

    // `address` is the raw path, with "?query" if there is one.
    S3Answer ask(
        const std::string& method,
        const std::string& address,
        const std::string& body = "",
        const Fields& headers = {}
    ) {
        api::Request request;
        const auto mark = std::min(address.find('?'), address.size());
        request.head.method = method;
        request.head.path = address.substr(0, mark);
        request.head.query = address.substr(std::min(mark + 1, address.size()));
        request.head.peer = "127.0.0.1:50000";
        request.head.headers.add("Host", "127.0.0.1:4566");
        for (const auto& [name, value] : headers) {
            request.head.headers.set(name, value);
        }
        request.query = http::parse_query(request.head.query).value();
        request.principal = principal;
        request.is_cross_origin = is_cross_origin;
        request.request_id = "REQUEST1";
        PieceReader reader(body, 1000);
        return flatten(objects.run(service.serve(std::move(request), reader)));
    }

    // Who asks.
    void as_anybody() { principal = api::Principal{"", "anonymous", false}; }
    void as_function() { principal = api::Principal{"AKIAFUNCTION", "function:resize", false}; }
    void as_owner() { principal = api::Principal{"AKIATEST", "root", true}; }

    api::Principal principal{"AKIATEST", "root", true};
    bool is_cross_origin = false;
    ObjectRoom objects;
    NamedFunctions functions;
    NamedTargets targets;
    api::Credentials credentials;
    triggers::ObjectLifecycle lifecycle{
        objects.loop.get_executor(), *objects.store, objects.clock, Logger::silent()};
    api::s3::S3Service service{
        api::s3::S3Config(),
        api::s3::S3Ports{
            *objects.store,
            functions,
            targets,
            lifecycle,
            credentials,
            objects.workers,
            objects.clock},
        Logger::silent()};

  private:
    static S3Answer flatten(http::Response response) {
        S3Answer answer{response.status, std::move(response.headers), ""};
        if (auto* text = std::get_if<std::string>(&response.body)) {
            answer.body = std::move(*text);
            return answer;
        }
        const auto& file = std::get<http::FileBody>(response.body);
        answer.body.resize(file.length);
        const auto offset = static_cast<off_t>(file.offset);
        const auto got = ::pread(file.file.get(), answer.body.data(), file.length, offset);
        answer.body.resize(static_cast<std::size_t>(got));
        return answer;
    }
};

}  // namespace lambent::tests
