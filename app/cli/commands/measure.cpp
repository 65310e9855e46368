#include "app/cli/commands/commands.h"
#include "app/cli/commands/payload.h"
#include "app/cli/measure/measurement.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace lambent::cli {
namespace {

Result<ExitCode> run_measure(MeasurePlan plan, const Session& session) {
    LAMBENT_TRY(plan.payload, read_payload(plan.payload));
    LAMBENT_TRY(HttpClient client, session.connect());
    LambdaApi lambda(client);
    Progress progress;
    LAMBENT_TRY(const Measurement measurement, measure(lambda, plan, progress));
    if (session.json()) {
        print_json(measurement_json(plan, measurement));
    } else {
        print(render_measurement(plan, measurement, session.style));
    }
    const bool errors = measurement.cold.errors + measurement.warm.errors > 0;
    return errors ? ExitCode::kFunctionError : ExitCode::kOk;
}

}  // namespace

void add_measure(CLI::App& app, ChosenCommand& chosen) {
    auto plan = std::make_shared<MeasurePlan>();
    CLI::App* measure = app.add_subcommand(
        "measure", "Force real cold starts and show the percentiles of every phase"
    );
    measure->add_option("name", plan->function, "The function")->required();
    measure->add_option("--cold", plan->cold, "How many cold starts")->capture_default_str();
    measure->add_option("--warm", plan->warm, "How many warm calls")->capture_default_str();
    measure->add_option("--payload", plan->payload, "The event: JSON, @file, or @- for stdin")
        ->capture_default_str();
    measure->callback([plan, &chosen] {
        chosen.run = [plan](const Session& session) {
            return run_measure(*plan, session);
        };
    });
}

}  // namespace lambent::cli
