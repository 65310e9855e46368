#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/doctor/checks.h"
#include "app/daemon/installation.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

OwnDaemon own_daemon(const Session& session) {
    auto client = session.connect();
    const bool answers = client.has_value() && PlatformApi(*client).healthy();
    return answers ? OwnDaemon::kAnswers : OwnDaemon::kStopped;
}

Finding check_installation() {
    const auto parts = app::Installation::find();
    if (parts.has_error()) {
        return {"launcher", Verdict::kFail, "not complete", parts.error().message()};
    }
    return {"launcher", Verdict::kOk, parts->launcher, ""};
}

std::vector<Finding> examine(std::uint16_t port, const Session& session) {
    const ThisMachine machine;
    return {
        check_kernel(machine),
        check_namespaces(machine),
        check_cgroups(machine),
        check_seccomp(machine),
        check_privileges(machine),
        check_memory(machine),
        check_python(machine),
        check_node(machine),
        check_installation(),
        check_data_directory(machine, session.data_directory),
        check_port(machine, port, own_daemon(session)),
        check_demo(machine),
    };
}

std::string_view word_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kOk:
            return "ok";
        case Verdict::kWarn:
            return "warn";
        case Verdict::kFail:
            return "fail";
    }
    return "";
}

Paint paint_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::kOk:
            return Paint::kGreen;
        case Verdict::kWarn:
            return Paint::kYellow;
        case Verdict::kFail:
            return Paint::kRed;
    }
    return Paint::kPlain;
}

Json to_json(const std::vector<Finding>& findings) {
    Json checks = Json::array();
    for (const Finding& finding : findings) {
        checks.push_back({
            {"subject", finding.subject},
            {"verdict", word_of(finding.verdict)},
            {"seen", finding.seen},
            {"advice", finding.advice},
        });
    }
    return {{"verdict", word_of(worst_of(findings))}, {"checks", checks}};
}

void print_text(const std::vector<Finding>& findings, const Style& style) {
    for (const Finding& finding : findings) {
        const std::string verdict = pad(word_of(finding.verdict), 6, Align::kLeft);
        print_line(
            style.paint(paint_of(finding.verdict), verdict) +
            pad(finding.subject, 12, Align::kLeft) + finding.seen
        );
        if (!finding.advice.empty()) {
            print_line(
                std::string(18, ' ') + std::string(style.pick("→ ", "-> ")) + finding.advice
            );
        }
    }
    print_line(
        worst_of(findings) == Verdict::kFail
            ? "\nlambent cannot run functions here until what fails is mended."
            : "\nlambent can run functions here."
    );
}

}  // namespace

void add_doctor(CLI::App& app, ChosenCommand& chosen) {
    auto port = std::make_shared<std::uint16_t>(4566);
    CLI::App* doctor = app.add_subcommand("doctor", "Check whether this machine can run functions");
    doctor->add_option("--port", *port, "The port that the daemon would take")
        ->capture_default_str();
    doctor->callback([port, &chosen] {
        chosen.run = [port](const Session& session) -> Result<ExitCode> {
            const auto findings = examine(*port, session);
            if (session.json()) {
                print_json(to_json(findings));
            } else {
                print_text(findings, session.style);
            }
            const bool fails = worst_of(findings) == Verdict::kFail;
            return fails ? ExitCode::kFunctionError : ExitCode::kOk;
        };
    });
}

}  // namespace lambent::cli
