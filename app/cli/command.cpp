#include "app/cli/command.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <iostream>

namespace lambent::cli {
namespace {

constexpr char kDescription[] =
    "lambent — AWS Lambda that you own: runs unmodified Lambda functions on this machine, and "
    "shows where every millisecond of a cold start went.";
constexpr char kFooter[] =
    "First steps:\n"
    "  lambent demo                           photographs in, thumbnails out\n"
    "  lambent up                             start the daemon (another terminal for the rest)\n"
    "  lambent deploy DIR                     deploy a SAM application\n"
    "  lambent invoke NAME --payload '{}'     call a function\n"
    "  lambent aws s3 cp photo.jpg s3://…     AWS's own command, pointed at the daemon\n"
    "\n"
    "Exit codes: 0 done, 1 the function returned an error, 2 wrong usage, 3 no daemon or it "
    "failed.";

// The text form is a sentence; the JSON form keeps the code apart from it.
void print_error(const Error& error, OutputForm form) {
    if (form == OutputForm::kText) {
        remark("lambent: " + error.message());
        return;
    }
    const nlohmann::json document{
        {"error", {{"code", to_string(error.code())}, {"message", error.message()}}}};
    remark(document.dump());
}

}  // namespace

Result<HttpClient> Session::connect() const {
    LAMBENT_TRY(Endpoint endpoint, find_endpoint(data_directory, ca_bundle));
    return HttpClient(std::move(endpoint));
}

ExitCode exit_code_of(const Error& error) {
    switch (error.code()) {
        case Code::kInvalidArgument:
        case Code::kNotFound:
        case Code::kConflict:
        case Code::kTooLarge:
            return ExitCode::kUsage;
        case Code::kThrottled:
        case Code::kUnauthorised:
        case Code::kUnavailable:
        case Code::kDeadline:
        case Code::kCorrupted:
        case Code::kInternal:
            return ExitCode::kPlatform;
    }
    return ExitCode::kPlatform;
}

void print(const std::string& text) {
    std::cout << text << std::flush;
}

void print_line(const std::string& text) {
    std::cout << text << std::endl;
}

void print_json(const nlohmann::json& document) {
    print_line(document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

void remark(const std::string& text) {
    std::cerr << text << std::endl;
}

int run_command_line(int argc, char** argv, const std::vector<CommandAdder>& commands) {
    CLI::App app(kDescription, "lambent");
    app.footer(kFooter);
    app.require_subcommand(1);
    app.fallthrough();
    std::string data;
    bool json = false;
    app.add_option(
           "--data",
           data,
           "The daemon's data directory (else $LAMBENT_DATA, else "
           "~/.local/share/lambent)"
    )
        ->type_name("DIR");
    std::string ca_bundle;
    app.add_option(
           "--ca-bundle",
           ca_bundle,
           "PEM: whom to trust when the daemon speaks TLS (else $AWS_CA_BUNDLE, else its own "
           "certificate)"
    )
        ->type_name("FILE");
    app.add_flag("--json", json, "Print JSON for programs instead of text for people");
    app.set_version_flag("--version", std::string("lambent ") + LAMBENT_VERSION);
    ChosenCommand chosen;
    for (const CommandAdder add : commands) {
        add(app, chosen);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        const bool asked = failure.get_exit_code() == 0;  // --help, --version
        app.exit(failure);
        return static_cast<int>(asked ? ExitCode::kOk : ExitCode::kUsage);
    }
    Session session;
    session.data_directory = data_directory_or_default(data);
    session.data_given = !data.empty();
    session.ca_bundle = ca_bundle;
    session.form = json ? OutputForm::kJson : OutputForm::kText;
    session.style = Style::detect(STDOUT_FILENO);
    const Result<ExitCode> result = chosen.run(session);
    if (result.has_error()) {
        print_error(result.error(), session.form);
        return static_cast<int>(exit_code_of(result.error()));
    }
    return static_cast<int>(*result);
}

}  // namespace lambent::cli
