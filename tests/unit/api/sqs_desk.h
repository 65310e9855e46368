#pragma once

#include "api/sqs/sqs_service.h"
#include "base/sql/sqlite_driver.h"
#include "tests/support/fixed_body.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_flow.h"
#include "tests/support/temp_dir.h"
#include "triggers/queue/queue_service.h"

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>

namespace lambent::tests {

// The SQS door over real queues, asked in either protocol.
class SqsDesk {
  public:
    SqsDesk() {
        sql::SqliteConfig relaxed;
        relaxed.durability = sql::SqliteConfig::Durability::kRelaxed;
        driver_ = sql::SqliteDriver::open(directory_.file("db"), relaxed).value();
        driver_->migrate(triggers::QueueService::migrations()).value();
        queues.emplace(
            loop.get_executor(), *driver_, clock, triggers::QueueServiceConfig(), Logger::silent()
        );
        service.emplace(*queues, Logger::silent());
    }
    ~SqsDesk() { run_flow(loop, queues->stop()); }
    SqsDesk(const SqsDesk&) = delete;
    SqsDesk& operator=(const SqsDesk&) = delete;

    http::Response ask_raw(const std::string& operation, std::string body) {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("Host", "127.0.0.1:4566");
        request.head.headers.add("X-Amz-Target", "AmazonSQS." + operation);
        if (!trace_header.empty()) {
            request.head.headers.add("X-Amzn-Trace-Id", trace_header);
        }
        return serve(std::move(request), std::move(body));
    }
    nlohmann::json ask(const std::string& operation, const nlohmann::json& body) {
        const http::Response response = ask_raw(operation, body.dump());
        const std::string text = std::get<std::string>(response.body);
        return text.empty() ? nlohmann::json() : nlohmann::json::parse(text);
    }
    // What x-amzn-query-error says, or "200".
    std::string error_of(const std::string& operation, const nlohmann::json& body) {
        const http::Response response = ask_raw(operation, body.dump());
        return std::string(response.headers.find("x-amzn-query-error").value_or("200"));
    }
    http::Response ask_query(std::string form, const std::string& path = "/") {
        api::Request request;
        request.head.method = "POST";
        request.head.headers.add("Host", "127.0.0.1:4566");
        request.head.headers.add("Content-Type", "application/x-www-form-urlencoded");
        request.head.path = path;
        request.path = path;
        return serve(std::move(request), std::move(form));
    }
    std::string query(std::string form, const std::string& path = "/") {
        return std::get<std::string>(ask_query(std::move(form), path).body);
    }
    std::string url(const std::string& name) {
        return "http://127.0.0.1:4566/000000000000/" + name;
    }
    std::string create(const std::string& name, nlohmann::json attributes = nullptr) {
        nlohmann::json body{{"QueueName", name}};
        if (!attributes.is_null()) {
            body["Attributes"] = std::move(attributes);
        }
        return ask("CreateQueue", body).value("QueueUrl", "");
    }

    ManualClock clock;
    boost::asio::io_context loop;
    std::optional<triggers::QueueService> queues;
    std::optional<api::sqs::SqsService> service;
    bool is_root = true;
    std::string trace_header;  // X-Amzn-Trace-Id of requests in JSON

  private:
    http::Response serve(api::Request request, std::string body) {
        request.principal.is_root = is_root;
        request.principal.name = is_root ? "root" : "function:f";
        request.request_id = "id-1";
        FixedBody reader(std::move(body));
        return run_flow(loop, service->serve(std::move(request), reader));
    }

    TempDir directory_;
    std::unique_ptr<sql::SqliteDriver> driver_;
};

}  // namespace lambent::tests
