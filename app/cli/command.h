#pragma once

#include "app/cli/client/http_client.h"
#include "app/cli/terminal/style.h"
#include "base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lambent::cli {

// What `lambent` ends with; scripts rely on it.
enum class ExitCode : int {
    kOk = 0,
    kFunctionError = 1,  // the function returned an error (or a check found a fault)
    kUsage = 2,          // what was asked for cannot be: wrong options, names, templates
    kPlatform = 3,       // no daemon, or one that failed
};

enum class OutputForm { kText, kJson };

// What every command is given: the options that all share, and how the output may look.
struct Session {
    std::string data_directory;
    bool data_given = false;  // with --data
    std::string ca_bundle;    // with --ca-bundle; of https
    OutputForm form = OutputForm::kText;
    Style style{Colour::kOff, Glyphs::kAscii, 100};

    bool json() const { return form == OutputForm::kJson; }
    // The daemon of the data directory, or the sentence that says how to start one.
    Result<HttpClient> connect() const;
};

using CommandBody = std::function<Result<ExitCode>(const Session&)>;

// The command that the line asked for; its adder's callback fills it in while the line is parsed.
struct ChosenCommand {
    CommandBody run;
};

// Adds one subcommand with its options to the parser.
using CommandAdder = void (*)(CLI::App& app, ChosenCommand& chosen);

// Parses the line, runs the command, prints an Error in the form asked for; the exit code.
int run_command_line(int argc, char** argv, const std::vector<CommandAdder>& commands);

// One JSON document on stdout.
void print_json(const nlohmann::json& document);
void print(const std::string& text);
void print_line(const std::string& text);
// A remark for people on stderr.
void remark(const std::string& text);

ExitCode exit_code_of(const Error& error);

}  // namespace lambent::cli
