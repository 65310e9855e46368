#include "tests/unit/api/lambda_desk.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>

namespace lambent::tests {

namespace {

std::unique_ptr<sql::SqliteDriver> open_driver(const std::string& path) {
    auto driver = sql::SqliteDriver::open(path, sql::SqliteConfig()).value();
    std::vector<sql::Migration> steps = runtime::FunctionRegistry::migrations();
    for (const auto& more :
         {scheduler::ConcurrencySettings::migrations(),
          triggers::EventSourceMappings::migrations()}) {
        steps.insert(steps.end(), more.begin(), more.end());
    }
    for (const sql::Migration& step : scheduler::AsyncSettings::migrations()) {
        steps.push_back(step);
    }
    for (const sql::Migration& step : triggers::FunctionUrls::migrations()) {
        steps.push_back(step);
    }
    driver->migrate(std::move(steps)).value();
    return driver;
}

Task<> read_stream(http::BodySource& source, std::string& text) {
    for (;;) {
        const Result<std::string> piece = co_await source.read_some();
        if (piece.has_error() || piece->empty()) {
            co_return;
        }
        text += *piece;
    }
}

}  // namespace

LambdaDesk::LambdaDesk()
    : driver_(open_driver(directory_.file("lambent.db"))),
      packages_(directory_.file("packages"), runtime::PackageLimits(), workers_),
      functions_(*driver_, packages_, clock),
      aliases_(*driver_),
      qualified_(functions_, aliases_),
      concurrency_(*driver_, clock, 1'000),
      async_settings_(*driver_, clock),
      mappings_(loop.get_executor(), mapping_ports(), Logger::silent()),
      streams_(loop.get_executor(), invoker, Logger::silent()),
      urls_(*driver_, clock),
      service_(api::lambda::LambdaConfig(), ports(), Logger::silent()) {
    run_flow(loop, functions_.load()).value();
    mappings_.start();
}

LambdaDesk::~LambdaDesk() {
    run_flow(loop, mappings_.stop());
}

triggers::EventSourceMappings::Ports LambdaDesk::mapping_ports() {
    return {
        *driver_,
        source,
        invoker,
        [this](const std::string& name) { return qualified_.find(name); },
        [](const std::string& header, const std::string&) { return std::optional(header); },
        event_writer_,
        clock};
}

api::lambda::LambdaPorts LambdaDesk::ports() {
    return {
        functions_,
        aliases_,
        packages_,
        invoker,
        events,
        concurrency_,
        async_settings_,
        workers_,
        clock,
        credentials,
        [this](const std::string& name) { return qualified_.find(name); },
        [this](const std::string& function) { retired.push_back(function); },
        [this](const scheduler::ProvisionedConfig&) { return provisioned_status; },
        [this](std::string bucket, std::string key) {
            return read_object(std::move(bucket), std::move(key));
        },
        mappings_,
        streams_,
        urls_};
}

Task<Result<std::string>> LambdaDesk::read_object(std::string bucket, std::string key) {
    const auto found = objects.find(bucket + "/" + key);
    if (found != objects.end()) {
        co_return found->second;
    }
    const auto any = objects.lower_bound(bucket + "/");
    const bool has_bucket = any != objects.end() && any->first.starts_with(bucket + "/");
    co_return Error(Code::kNotFound, has_bucket ? "object" : "bucket", "it is not there");
}

Reply LambdaDesk::ask(
    const std::string& method,
    const std::string& path,
    std::string body,
    const http::QueryItems& query,
    const std::vector<http::Headers::Field>& headers
) {
    api::Request request;
    request.head.method = method;
    request.head.path = path;
    request.head.headers.add("Host", "127.0.0.1:4566");
    for (const auto& [name, value] : headers) {
        request.head.headers.add(name, value);
    }
    request.path = path;
    request.query = query;
    request.principal.is_root = is_root;
    request.principal.access_key = "AKIATEST";
    request.principal.name = is_root ? "root" : "function:other";
    request.request_id = "11111111-2222-4333-8444-555555555555";
    FixedBody reader(std::move(body));
    http::Response response = run_flow(loop, service_.serve(std::move(request), reader));
    Reply reply;
    reply.status = response.status;
    if (auto* stream = std::get_if<http::StreamBody>(&response.body)) {
        run_flow(loop, read_stream(*stream->source, reply.text));
    } else {
        reply.text = std::get<std::string>(std::move(response.body));
    }
    reply.headers = std::move(response.headers);
    return reply;
}

Reply LambdaDesk::create(const std::string& name, const nlohmann::json& changed) {
    nlohmann::json body = {
        {"FunctionName", name},
        {"Runtime", "python3.11"},
        {"Handler", "app.handler"},
        {"Role", "arn:aws:iam::000000000000:role/lambda"},
        {"Code", {{"ZipFile", to_base64(small_zip(name))}}},
    };
    if (changed.is_object()) {
        body.merge_patch(changed);
    }
    return ask("POST", kFunctions, body.dump());
}

Reply LambdaDesk::invoke(
    const std::string& name, std::string payload, const std::vector<http::Headers::Field>& headers
) {
    const std::string path = std::string(kFunctions) + "/" + name + "/invocations";
    return ask("POST", path, std::move(payload), {}, headers);
}

std::string small_zip(const std::string& text) {
    std::array<char, 64 * 1024> room{};
    std::size_t used = 0;
    archive* zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_open_memory(zip, room.data(), room.size(), &used);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "app.py");
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_write_header(zip, entry);
    archive_write_data(zip, text.data(), text.size());
    archive_entry_free(entry);
    archive_write_close(zip);
    archive_write_free(zip);
    return {room.data(), used};
}

}  // namespace lambent::tests
