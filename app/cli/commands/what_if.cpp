#include "lab/what_if/what_if.h"

#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/terminal/table.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

namespace lambent::cli {
namespace {

using Json = nlohmann::ordered_json;

// What the line asked for.
struct Question {
    RecordQuery records;
    std::vector<std::uint32_t> memory_mb;
    std::uint32_t provisioned = 0;
};

// All phases before the handler are what the caller waited.
lab::RecordedCall call_of(const Record& record) {
    lab::RecordedCall call;
    call.at_us = record.started_ms * 1'000;
    call.memory_mb = record.memory_mb;
    call.duration_us = static_cast<std::uint32_t>(record.duration_us);
    call.init_us = record.cold ? static_cast<std::uint32_t>(record.init_duration_us) : 0;
    for (std::size_t i = 0; i < kPhases.size() && kPhases.at(i).key != "handler"; ++i) {
        call.wait_us += static_cast<std::uint32_t>(record.phases.at(i));
    }
    return call;
}

std::vector<lab::Scenario> scenarios_of(const Question& question) {
    std::vector<lab::Scenario> scenarios;
    for (const std::uint32_t memory_mb : question.memory_mb) {
        scenarios.push_back({memory_mb, 0});
        if (question.provisioned > 0) {
            scenarios.push_back({memory_mb, question.provisioned});
        }
    }
    return scenarios;
}

Json to_json(const lab::Outlook& outlook) {
    return Json{
        {"p50Ms", outlook.p50_ms}, {"p99Ms", outlook.p99_ms}, {"usdAMonth", outlook.usd_a_month}};
}

Json to_json(const lab::Forecast& forecast) {
    return Json{
        {"memoryMb", forecast.scenario.memory_mb},
        {"provisioned", forecast.scenario.provisioned},
        {"callsAMonth", forecast.calls_a_month},
        {"coldShare", forecast.cold_share},
        {"ifComputing", to_json(forecast.if_computing)},
        {"ifWaiting", to_json(forecast.if_waiting)}};
}

// One number where both bounds are the same to the reader.
std::string between(double one, double other, const char* format) {
    const auto text = [format](double number) {
        char written[64];
        std::snprintf(written, sizeof written, format, number);
        return std::string(written);
    };
    const std::string low = text(std::min(one, other));
    const std::string high = text(std::max(one, other));
    return low == high ? low : low + " - " + high;
}

std::string table_of(const std::vector<lab::Forecast>& forecasts, const Style& style) {
    Table table({
        {"MEMORY", Align::kRight},
        {"PROVISIONED", Align::kRight},
        {"COLD", Align::kRight},
        {"p50 ms", Align::kRight},
        {"p99 ms", Align::kRight},
        {"USD A MONTH", Align::kRight},
    });
    for (const lab::Forecast& forecast : forecasts) {
        const lab::Outlook& computing = forecast.if_computing;
        const lab::Outlook& waiting = forecast.if_waiting;
        const double cold = forecast.cold_share * 100;
        table.add_row({
            std::to_string(forecast.scenario.memory_mb) + " MB",
            std::to_string(forecast.scenario.provisioned),
            between(cold, cold, "%.2f %%"),
            between(computing.p50_ms, waiting.p50_ms, "%.1f"),
            between(computing.p99_ms, waiting.p99_ms, "%.1f"),
            between(computing.usd_a_month, waiting.usd_a_month, "%.2f"),
        });
    }
    return table.render(style);
}

Result<ExitCode> run_what_if(Question question, const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    LAMBENT_TRY(const auto records, PlatformApi(client).records(question.records));
    std::vector<lab::RecordedCall> calls;
    std::transform(records.begin(), records.end(), std::back_inserter(calls), call_of);
    if (question.memory_mb.empty() && !calls.empty()) {
        question.memory_mb = {calls.front().memory_mb, 512, 1'024, 1'769};
    }
    LAMBENT_TRY(
        const auto forecasts, lab::what_if(calls, scenarios_of(question), scheduler::RateCard())
    );
    if (session.json()) {
        Json list = Json::array();
        for (const lab::Forecast& forecast : forecasts) {
            list.push_back(to_json(forecast));
        }
        print(Json{{"records", calls.size()}, {"scenarios", std::move(list)}}.dump(2) + "\n");
        return ExitCode::kOk;
    }
    char calls_a_month[64];
    std::snprintf(calls_a_month, sizeof calls_a_month, "%.0f", forecasts.front().calls_a_month);
    print_line(
        "A month like the " + std::to_string(calls.size()) + " recorded calls: " + calls_a_month +
        " calls\n"
    );
    print(table_of(forecasts, session.style));
    if (!lab::computing_share(calls)) {
        remark(
            "ranges: from a function that only computes to one that only waits; records at a "
            "second memory size tell which it is"
        );
    }
    return ExitCode::kOk;
}

}  // namespace

void add_what_if(CLI::App& app, ChosenCommand& chosen) {
    auto question = std::make_shared<Question>();
    question->records.limit = 10'000;
    CLI::App* what_if = app.add_subcommand(
        "what-if", "A month's bill and latency at other settings, from recorded traffic"
    );
    what_if->add_option("name", question->records.function, "The function")->required();
    what_if->add_option("--memory", question->memory_mb, "Memory sizes in MB: 256,512,1024")
        ->delimiter(',')
        ->check(CLI::Range(128, 10'240));
    what_if
        ->add_option("--provisioned", question->provisioned, "Environments that are always there")
        ->check(CLI::Range(0, 10'000))
        ->capture_default_str();
    what_if->callback([question, &chosen] {
        chosen.run = [question](const Session& session) {
            return run_what_if(*question, session);
        };
    });
}

}  // namespace lambent::cli
