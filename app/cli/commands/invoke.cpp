#include "app/cli/client/lambda_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/commands/payload.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/waterfall.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <memory>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

struct InvokeOptions {
    InvokeCall call;
    std::string payload = "{}";
    bool async = false;
    bool cold = false;
    bool log = false;
    bool phases = false;
};

Json phases_json(const PhaseTimes& times) {
    Json phases = Json::object();
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        phases[std::string(kPhases.at(i).key)] = times.at(i);
    }
    return phases;
}

Json to_json(const InvokeAnswer& answer) {
    const Json payload = Json::parse(answer.payload, nullptr, false);
    Json document{
        {"statusCode", answer.status},
        {"requestId", answer.request_id},
        {"functionError", answer.function_error.empty() ? Json() : Json(answer.function_error)},
        {"payload", payload.is_discarded() ? Json(answer.payload) : payload},
        {"log", answer.log_tail},
        {"clientUs", answer.elapsed.count()},
    };
    if (answer.record) {
        const Record& record = *answer.record;
        document["record"] = {
            {"source", record.source},
            {"phasesUs", phases_json(record.phases)},
            {"durationUs", record.duration_us},
            {"initDurationUs", record.init_duration_us},
            {"billedMs", record.billed_ms},
            {"memoryMb", record.memory_mb},
            {"memoryPeakBytes", record.memory_peak_bytes},
            {"costUsd", record.cost_usd},
        };
    }
    return document;
}

// One line for people about what the call took; never mixed into the payload on stdout.
std::string summary(const InvokeAnswer& answer, const Style& style) {
    const Record& record = *answer.record;
    std::string text = record.cold ? "cold start, " : "warm, ";
    text += format_us(answer.elapsed.count(), style) + " in all, billed " +
            std::to_string(record.billed_ms) + " ms, " +
            std::to_string(lambda_megabytes(record.memory_peak_bytes)) + " of " +
            std::to_string(record.memory_mb) + " MB, " + format_cost(record.cost_usd);
    return style.paint(Paint::kDim, text);
}

void print_text(const InvokeOptions& options, const InvokeAnswer& answer) {
    const Style style = Style::detect(STDERR_FILENO);
    if (options.log && !answer.log_tail.empty()) {
        remark(answer.log_tail.substr(0, answer.log_tail.find_last_not_of('\n') + 1));
    }
    if (options.phases && answer.record) {
        remark(render_waterfall(answer.record->phases, EmptyPhases::kShow, style, 0));
    }
    print_line(answer.payload);
    if (!answer.function_error.empty()) {
        remark(
            style.paint(Paint::kRed, "the function failed") + " (" + answer.function_error +
            "); its log: lambent logs " + options.call.name
        );
    } else if (answer.record && is_terminal(STDERR_FILENO)) {
        remark(summary(answer, style));
    }
}

Result<ExitCode> run_invoke(const InvokeOptions& options, const Session& session) {
    InvokeCall call = options.call;
    LAMBENT_TRY(call.payload, read_payload(options.payload));
    call.mode = options.async ? InvokeMode::kAsync : InvokeMode::kWait;
    call.start = options.cold ? InvokeStart::kForceCold : InvokeStart::kAny;
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const InvokeAnswer answer, LambdaApi(client).invoke(call));
    if (session.json()) {
        print_json(to_json(answer));
    } else if (options.async) {
        print_line("accepted, request id " + answer.request_id);
    } else {
        print_text(options, answer);
    }
    return answer.function_error.empty() ? ExitCode::kOk : ExitCode::kFunctionError;
}

}  // namespace

void add_invoke(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<InvokeOptions>();
    CLI::App* invoke = app.add_subcommand("invoke", "Call a function and print what it returns");
    invoke->add_option("name", options->call.name, "The function")->required();
    invoke->add_option("--payload", options->payload, "The event: JSON, @file, or @- for stdin")
        ->capture_default_str();
    auto* async =
        invoke->add_flag("--async", options->async, "Do not wait: the event is queued durably");
    auto* cold = invoke->add_flag("--cold", options->cold, "Use a new environment, however warm");
    invoke->add_flag("--log", options->log, "Print the log's tail on stderr")->excludes(async);
    invoke->add_flag("--phases", options->phases, "Draw where the time went, on stderr")
        ->excludes(async);
    cold->excludes(async);
    invoke->callback([options, &chosen] {
        chosen.run = [options](const Session& session) {
            return run_invoke(*options, session);
        };
    });
}

}  // namespace lambent::cli
