#include "app/cli/commands/commands.h"
#include "app/daemon/daemon.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace lambent::cli {
namespace {

constexpr std::uint32_t kStemCellsMax = 1000;
const std::map<std::string, api::AuthMode> kAuthModes{
    {"sigv4", api::AuthMode::kSigV4},
    {"none", api::AuthMode::kNone},
};
const std::map<std::string, app::ClockKind> kClocks{
    {"system", app::ClockKind::kSystem},
    {"manual", app::ClockKind::kManual},
};
const std::map<std::string, LogLevel> kLogLevels{
    {"debug", LogLevel::kDebug},
    {"info", LogLevel::kInfo},
    {"warn", LogLevel::kWarn},
    {"error", LogLevel::kError},
};

// "auto", "off", or how many of each kind.
std::string read_stem_cells(const std::string& text, runtime::StemConfig& config) {
    if (text == "auto" || text == "off") {
        config.mode = text == "auto" ? runtime::StemMode::kAuto : runtime::StemMode::kOff;
        return "";
    }
    const char* const end = text.data() + text.size();
    const auto [read, failed] = std::from_chars(text.data(), end, config.cells);
    if (failed != std::errc() || read != end || config.cells > kStemCellsMax) {
        return "is auto, off or a number up to " + std::to_string(kStemCellsMax);
    }
    config.mode = config.cells == 0 ? runtime::StemMode::kOff : runtime::StemMode::kFixed;
    return "";
}

void welcome(const app::DaemonOptions& options) {
    if (!is_terminal(STDERR_FILENO)) {
        return;
    }
    const Style style = Style::detect(STDERR_FILENO);
    remark(
        style.paint(Paint::kBold, "lambent") + " keeps its data in " + options.data_directory +
        "; Ctrl-C drains and stops it."
    );
    remark("In another terminal:  eval \"$(lambent env)\"   or   lambent aws s3 ls\n");
}

using Options = std::shared_ptr<app::DaemonOptions>;

void add_door_options(CLI::App* up, const Options& options) {
    up->add_option("--port", options->port, "Where it listens; 0 takes any free port")
        ->capture_default_str();
    up->add_option("--address", options->address, "The address it listens on")
        ->capture_default_str();
    up->add_option("--auth", options->auth, "sigv4 checks signatures; none only on loopback")
        ->transform(CLI::CheckedTransformer(kAuthModes))
        ->type_name("sigv4|none")
        ->default_str("sigv4");
    up->add_option("--tls-cert", options->tls_certificate, "PEM: the port speaks TLS with it")
        ->type_name("FILE");
    up->add_option("--tls-key", options->tls_key, "PEM: the certificate's key")->type_name("FILE");
    up->add_option("--region", options->region, "The region that ARNs name")->capture_default_str();
    up->add_option("--log-level", options->log_level, "What the daemon says on stderr")
        ->transform(CLI::CheckedTransformer(kLogLevels))
        ->type_name("debug|info|warn|error")
        ->default_str("info");
    up->add_option(
          "--clock", options->clock, "Of schedules, retries, timeouts; see lambent clock advance"
    )
        ->transform(CLI::CheckedTransformer(kClocks))
        ->type_name("system|manual")
        ->default_str("system");
}

void add_reach_options(CLI::App* up, const Options& options) {
    up->add_flag_callback(
        "--allow-private-endpoints",
        [options] { options->endpoints = Reach::kAny; },
        "Notifications may go to this machine, private networks and links as well, and issuers of "
        "tokens be there"
    );
}

void add_capacity_options(CLI::App* up, const Options& options) {
    up->add_option(
          "--account-concurrency",
          options->account_concurrency,
          "How many invocations may run at once; more are throttled"
    )
        ->capture_default_str();
    up->add_option(
          "--requests-per-environment",
          options->requests_per_slot,
          "Synchronous calls a second for each of these; 0 sets no limit"
    )
        ->capture_default_str();
    up->add_option(
          "--memory-budget",
          options->memory_budget_bytes,
          "What all environments may be configured to take together, as 8GB; 0: 3/4 of the machine"
    )
        ->transform(CLI::AsSizeValue(false))
        ->option_text("SIZE");
}

void add_environment_options(CLI::App* up, const Options& options) {
    up->add_option_function<std::string>(
          "--keep-alive",
          [options](const std::string& text) {
              const auto parsed = scheduler::parse_keep_alive(text);
              if (parsed.has_error()) {
                  throw CLI::ValidationError("--keep-alive", parsed.error().message());
              }
              options->keep_alive = *parsed;
          },
          "How long idle environments stay: seconds, a memory budget, or each function's habits"
    )
        ->type_name("fixed:600|lru:2GB|hybrid")
        ->default_str(scheduler::to_string(options->keep_alive));
    up->add_option_function<std::string>(
          "--stem-cells",
          [options](const std::string& text) {
              if (const std::string wrong = read_stem_cells(text, options->stems); !wrong.empty()) {
                  throw CLI::ValidationError("--stem-cells", wrong);
              }
          },
          "How many cells of each kind wait, booted, for a function's cold start"
    )
        ->type_name("N|auto|off")
        ->default_str("auto");
}

}  // namespace

void add_up(CLI::App& app, ChosenCommand& chosen) {
    const Options options = std::make_shared<app::DaemonOptions>();
    CLI::App* up = app.add_subcommand("up", "Run the daemon here, until Ctrl-C");
    add_door_options(up, options);
    add_reach_options(up, options);
    add_capacity_options(up, options);
    add_environment_options(up, options);
    up->callback([options, &chosen] {
        chosen.run = [options](const Session& session) -> Result<ExitCode> {
            options->data_directory = session.data_directory;
            welcome(*options);
            return static_cast<ExitCode>(app::run_daemon(*options));
        };
    });
}

}  // namespace lambent::cli
