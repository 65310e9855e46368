#include "app/cli/client/lambda_api.h"
#include "app/cli/client/logs_api.h"
#include "app/cli/commands/commands.h"
#include "base/clock.h"
#include "base/time_format.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cctype>
#include <charconv>
#include <memory>
#include <set>
#include <thread>

namespace lambent::cli {
namespace {

struct LogsOptions {
    std::string name;
    std::string since = "1h";
    bool follow = false;
};

// "90s", "10m", "2h", "3d" in milliseconds; nothing when it is not that.
std::optional<std::int64_t> parse_age(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end + 1 != text.data() + text.size() || number < 0) {
        return std::nullopt;
    }
    switch (*end) {
        case 's':
            return number * 1'000;
        case 'm':
            return number * 60'000;
        case 'h':
            return number * 3'600'000;
        case 'd':
            return number * 86'400'000;
        default:
            return std::nullopt;
    }
}

void print_event(const LogEvent& event, const Session& session) {
    const std::string time = iso8601_ms(from_unix_ms(event.time_ms));
    if (session.json()) {
        const nlohmann::json line{
            {"timestamp", event.time_ms},
            {"time", time},
            {"logStream", event.stream},
            {"message", event.message},
        };
        print_line(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        return;
    }
    const bool platform = event.message.starts_with("START RequestId:") ||
                          event.message.starts_with("END RequestId:") ||
                          event.message.starts_with("INIT_START");
    const bool report = event.message.starts_with("REPORT RequestId:");
    const Paint paint = platform ? Paint::kDim : report ? Paint::kCyan : Paint::kPlain;
    print_line(
        session.style.paint(Paint::kDim, time) + "  " + session.style.paint(paint, event.message)
    );
}

// Prints what has not been printed; events of one millisecond may arrive in several answers.
class Printer {
  public:
    explicit Printer(const Session& session) : session_(session) {}

    std::int64_t print_new(const std::vector<LogEvent>& events, std::int64_t from_ms) {
        for (const LogEvent& event : events) {
            if (seen_.insert(event.stream + event.id).second) {
                print_event(event, session_);
                from_ms = std::max(from_ms, event.time_ms);
            }
        }
        return from_ms;
    }

  private:
    const Session& session_;
    std::set<std::string> seen_;
};

Result<ExitCode> run_logs(const LogsOptions& options, const Session& session) {
    const auto age = parse_age(options.since);
    if (!age) {
        return Error(Code::kInvalidArgument, "--since takes a time like 90s, 10m, 2h or 3d");
    }
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto function, LambdaApi(client).find(options.name));
    LogsApi logs(client);
    Printer printer(session);
    std::int64_t from_ms = unix_ms(SystemClock().wall_now()) - *age;
    LAMBENT_TRY(const auto events, logs.events(options.name, from_ms));
    if (events.empty() && !function) {
        return Error(
            Code::kNotFound, "there is no function " + options.name + " — see: lambent ls"
        );
    }
    from_ms = printer.print_new(events, from_ms);
    if (events.empty() && !options.follow && !session.json()) {
        remark("no log events in the last " + options.since);
    }
    // A second of overlap catches lines that were written late into an older millisecond.
    constexpr std::int64_t kOverlapMs = 1'000;
    while (options.follow) {
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
        LAMBENT_TRY(const auto more, logs.events(options.name, from_ms - kOverlapMs));
        from_ms = printer.print_new(more, from_ms);
    }
    return ExitCode::kOk;
}

}  // namespace

void add_logs(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<LogsOptions>();
    CLI::App* logs = app.add_subcommand("logs", "Print a function's log");
    logs->add_option("name", options->name, "The function")->required();
    logs->add_flag("--follow,-f", options->follow, "Go on printing as it is written");
    logs->add_option("--since", options->since, "How far back: 90s, 10m, 2h, 3d")
        ->capture_default_str();
    logs->callback([options, &chosen] {
        chosen.run = [options](const Session& session) {
            return run_logs(*options, session);
        };
    });
}

}  // namespace lambent::cli
