#include "app/cli/commands/commands.h"
#include "app/cli/terminal/table.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "lab/simulate/report.h"
#include "lab/simulate/trace_files.h"

namespace lambent::cli {
namespace {

constexpr char kBaseline[] = "fixed:600";

// What the line asked for.
struct Plan {
    std::vector<std::string> files;
    std::vector<std::string> policies{kBaseline, "hybrid"};
    lab::TraceDefaults defaults;
    double boot_ms = 100;
    std::uint64_t memory_gb = 0;
    std::uint32_t concurrency = 0;
    std::uint32_t boots = 0;
};

std::string fixed(double number, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number);
    return text;
}

lab::SimulationConfig config_of(const Plan& plan, const scheduler::KeepAlive& keep_alive) {
    auto config = lab::SimulationConfig::unlimited(keep_alive);
    scheduler::SchedulerConfig& limits = config.scheduler;
    limits.memory_budget_mb = plan.memory_gb > 0 ? plan.memory_gb * 1'024 : limits.memory_budget_mb;
    limits.account_concurrency =
        plan.concurrency > 0 ? plan.concurrency : limits.account_concurrency;
    limits.boots_max = plan.boots > 0 ? plan.boots : limits.boots_max;
    return config;
}

std::string render(
    const std::vector<lab::SimulationResult>& results,
    const lab::SimulationResult& baseline,
    const Style& style
) {
    Table table({
        {"POLICY", Align::kLeft},
        {"COLD", Align::kRight},
        {"SHARE", Align::kRight},
        {"x BASE", Align::kRight},
        {"BY FUNCTION p25/p50/p75/p99", Align::kRight},
        {"IDLE GB-h", Align::kRight},
        {"x BASE", Align::kRight},
        {"COST", Align::kRight},
        {"THROTTLED", Align::kRight},
    });
    for (const lab::SimulationResult& result : results) {
        const lab::Comparison beside = lab::compare(result, baseline);
        std::string percents;
        for (const double percent : result.cold_percent) {
            percents += (percents.empty() ? "" : " / ") + fixed(percent, 1);
        }
        table.add_row({
            result.policy,
            std::to_string(result.cold_starts),
            fixed(result.cold_share() * 100, 3) + " %",
            fixed(beside.cold_starts, 2),
            percents + " %",
            fixed(result.idle_gb_hours, 1),
            fixed(beside.idle_gb_hours, 2),
            "$" + fixed(result.cost_usd, 2),
            std::to_string(result.throttles),
        });
    }
    return table.render(style);
}

// The baseline is played too when it was not asked for.
Result<ExitCode> run_simulate(Plan plan, const Session& session) {
    plan.defaults.function.boot_us = static_cast<std::uint32_t>(plan.boot_ms * 1'000);
    if (std::find(plan.policies.begin(), plan.policies.end(), kBaseline) == plan.policies.end()) {
        plan.policies.insert(plan.policies.begin(), kBaseline);
    }
    std::vector<scheduler::KeepAlive> chosen;
    for (const std::string& text : plan.policies) {
        LAMBENT_TRY(const scheduler::KeepAlive policy, scheduler::parse_keep_alive(text));
        chosen.push_back(policy);
    }
    LAMBENT_TRY(const auto trace, lab::read_trace(plan.files, plan.defaults));
    std::vector<lab::SimulationResult> results;
    for (const scheduler::KeepAlive& policy : chosen) {
        results.push_back(lab::simulate(*trace, config_of(plan, policy)));
    }
    const auto baseline =
        std::find_if(results.begin(), results.end(), [](const lab::SimulationResult& result) {
            return result.policy == kBaseline;
        });
    if (session.json()) {
        print(lab::results_json(results, *baseline).dump(2) + "\n");
        return ExitCode::kOk;
    }
    const lab::SimulationResult& first = results.front();
    print_line(
        std::to_string(first.invocations + first.throttles) + " calls of " +
        std::to_string(first.functions) + " functions in " + fixed(first.hours, 1) + " hours\n"
    );
    print(render(results, *baseline, session.style));
    return ExitCode::kOk;
}

}  // namespace

void add_simulate(CLI::App& app, ChosenCommand& chosen) {
    auto plan = std::make_shared<Plan>();
    CLI::App* simulate = app.add_subcommand(
        "simulate", "Play a trace through the scheduler and compare keep-alive policies"
    );
    simulate
        ->add_option("--trace", plan->files, "Azure Functions 2019 or 2021, or `lambent records`")
        ->required();
    simulate->add_option("--policy", plan->policies, "Each is played; the first is fixed:600")
        ->type_name("fixed:600|lru:2GB|hybrid")
        ->capture_default_str();
    simulate->add_option("--seed", plan->defaults.seed, "Where calls lie inside their minutes")
        ->capture_default_str();
    simulate->add_option("--boot-ms", plan->boot_ms, "A boot, where the trace does not say")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    simulate->add_option("--memory-gb", plan->memory_gb, "Of all environments; 0: no limit")
        ->capture_default_str();
    simulate->add_option("--concurrency", plan->concurrency, "Of the account; 0: no limit")
        ->capture_default_str();
    simulate->add_option("--boots", plan->boots, "At the same time; 0: no limit")
        ->capture_default_str();
    simulate->callback([plan, &chosen] {
        chosen.run = [plan](const Session& session) {
            return run_simulate(*plan, session);
        };
    });
}

}  // namespace lambent::cli
