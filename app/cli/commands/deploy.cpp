#include "app/cli/commands/commands.h"
#include "app/cli/deploy/deployment.h"
#include "app/cli/terminal/format.h"
#include "app/cli/terminal/table.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

Json to_json(const DeployReport& report) {
    Json functions = Json::array();
    for (const DeployedFunction& function : report.functions) {
        functions.push_back({
            {"name", function.settings.name},
            {"logicalId", function.logical_id},
            {"arn", function.arn},
            {"action", to_string(function.action)},
            {"codeBytes", function.code_bytes},
            {"triggers", function.trigger_buckets},
            {"queues", function.trigger_queues},
            {"topics", function.trigger_topics},
            {"url", function.url.empty() ? Json() : Json(function.url)},
            {"schedules", function.trigger_rules},
        });
    }
    Json buckets = Json::array();
    for (const DeployedBucket& bucket : report.buckets) {
        buckets.push_back({{"name", bucket.name}, {"action", to_string(bucket.action)}});
    }
    Json queues = Json::array();
    for (const DeployedQueue& queue : report.queues) {
        queues.push_back({{"name", queue.name}, {"action", to_string(queue.action)}});
    }
    Json topics = Json::array();
    for (const DeployedTopic& topic : report.topics) {
        topics.push_back({{"name", topic.name}, {"action", to_string(topic.action)}});
    }
    Json apis = Json::array();
    for (const DeployedApi& api : report.apis) {
        apis.push_back({{"name", api.name}, {"url", api.url}, {"action", to_string(api.action)}});
    }
    Json outputs = Json::object();
    for (const TemplateOutput& output : report.outputs) {
        outputs[output.name] = output.value;
    }
    return {
        {"functions", functions},
        {"buckets", buckets},
        {"queues", queues},
        {"topics", topics},
        {"apis", apis},
        {"outputs", outputs},
        {"notes", report.notes}};
}

Paint paint_of(DeployAction action) {
    return action == DeployAction::kUnchanged ? Paint::kDim : Paint::kGreen;
}

std::string triggers_of(const DeployedFunction& function) {
    std::string text;
    for (const std::string& bucket : function.trigger_buckets) {
        text += (text.empty() ? "s3://" : " s3://") + bucket;
    }
    for (const std::string& queue : function.trigger_queues) {
        text += (text.empty() ? "" : " ") + queue;
    }
    for (const std::string& topic : function.trigger_topics) {
        text += (text.empty() ? "" : " ") + topic;
    }
    for (const std::string& rule : function.trigger_rules) {
        text += (text.empty() ? "" : " ") + rule;
    }
    return text;
}

void print_resources(const DeployReport& report, const Style& style) {
    for (const DeployedBucket& bucket : report.buckets) {
        print_line(
            "s3://" + bucket.name + "  " +
            style.paint(paint_of(bucket.action), to_string(bucket.action))
        );
    }
    for (const DeployedQueue& queue : report.queues) {
        print_line(
            "queue " + queue.name + "  " +
            style.paint(paint_of(queue.action), to_string(queue.action))
        );
    }
    for (const DeployedTopic& topic : report.topics) {
        print_line(
            "topic " + topic.name + "  " +
            style.paint(paint_of(topic.action), to_string(topic.action))
        );
    }
    for (const DeployedApi& api : report.apis) {
        print_line(
            api.url + "  " + style.paint(Paint::kDim, api.name) + " " +
            style.paint(paint_of(api.action), to_string(api.action))
        );
    }
    for (const TemplateOutput& output : report.outputs) {
        print_line(style.paint(Paint::kDim, output.name) + "  " + output.value);
    }
}

void print_text(const DeployReport& report, const Style& style) {
    Table functions({
        {"FUNCTION", Align::kLeft},
        {"", Align::kLeft},
        {"RUNTIME", Align::kLeft},
        {"MEMORY", Align::kRight},
        {"PACKAGE", Align::kRight},
        {"TRIGGER", Align::kLeft},
    });
    for (const DeployedFunction& function : report.functions) {
        functions.add_row({
            function.settings.name,
            style.paint(paint_of(function.action), to_string(function.action)),
            function.settings.runtime,
            std::to_string(function.settings.memory_mb) + " MB",
            format_bytes(function.code_bytes),
            triggers_of(function),
        });
    }
    print(functions.render(style));
    for (const DeployedFunction& function : report.functions) {
        if (!function.url.empty()) {
            print_line(function.url + "  " + style.paint(Paint::kDim, function.settings.name));
        }
    }
    print_resources(report, style);
    for (const std::string& note : report.notes) {
        print_line(style.paint(Paint::kDim, "note: " + note));
    }
    if (!report.functions.empty()) {
        print_line(
            "\nNext: lambent invoke " + report.functions.front().settings.name +
            " --payload '{}'   and   lambent logs " + report.functions.front().settings.name
        );
    }
}

Result<ExitCode> run_deploy(const DeployRequest& request, const Session& session) {
    LAMBENT_TRY(HttpClient client, session.connect());
    Progress progress;
    LAMBENT_TRY(const DeployReport report, deploy(request, client, progress));
    if (session.json()) {
        print_json(to_json(report));
    } else {
        print_text(report, session.style);
    }
    return ExitCode::kOk;
}

}  // namespace

void add_deploy(CLI::App& app, ChosenCommand& chosen) {
    struct Options {
        std::string directory = ".";
        std::vector<std::string> parameters;
    };
    auto options = std::make_shared<Options>();
    CLI::App* deploy =
        app.add_subcommand("deploy", "Build and deploy a SAM application (DIR/template.yaml)");
    deploy->add_option("dir", options->directory, "The application's folder, or its template")
        ->capture_default_str();
    deploy->add_option("--parameter", options->parameters, "NAME=VALUE for the template")
        ->check([](const std::string& text) {
            return text.find('=') == std::string::npos ? "a parameter is NAME=VALUE" : "";
        })
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->take_all();
    deploy->callback([options, &chosen] {
        chosen.run = [options](const Session& session) {
            DeployRequest request;
            request.directory = options->directory;
            for (const std::string& parameter : options->parameters) {
                const auto equals = parameter.find('=');
                request.parameters[parameter.substr(0, equals)] = parameter.substr(equals + 1);
            }
            return run_deploy(request, session);
        };
    });
}

}  // namespace lambent::cli
