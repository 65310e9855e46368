#include "app/cli/client/aws_environment.h"
#include "app/cli/commands/commands.h"
#include "app/cli/surroundings.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace lambent::cli {
namespace {

// Becomes AWS's own command. It gets the endpoint as an option as well as a variable: versions
// before 2.13 do not read AWS_ENDPOINT_URL.
Result<ExitCode> run_aws(const std::vector<std::string>& rest, const Session& session) {
    LAMBENT_TRY(const Endpoint endpoint, find_endpoint(session.data_directory, session.ca_bundle));
    const auto program = surroundings::find_program({"/usr/bin/aws", "aws"});
    if (!program) {
        return Error(
            Code::kUnavailable, "the aws command is not installed — apt-get install awscli"
        );
    }
    for (const auto& [name, value] : aws_environment(endpoint)) {
        ::setenv(name.c_str(), value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    for (const char* other : {"AWS_PROFILE", "AWS_SESSION_TOKEN"}) {
        ::unsetenv(other);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    std::vector<std::string> words{*program, "--endpoint-url", endpoint.url};
    words.insert(words.end(), rest.begin(), rest.end());
    if (session.json()) {
        words.insert(words.end(), {"--output", "json"});
    }
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::execv(program->c_str(), arguments.data());
    return errno_error("cannot run " + *program, errno);
}

}  // namespace

void add_aws(CLI::App& app, ChosenCommand& chosen) {
    CLI::App* aws = app.add_subcommand("aws", "Run AWS's own command against the daemon");
    aws->prefix_command();
    aws->fallthrough(false);  // everything behind "aws" is AWS's
    aws->set_help_flag();     // --help is for the command behind it
    aws->callback([aws, &chosen] {
        const std::vector<std::string> rest = aws->remaining();
        chosen.run = [rest](const Session& session) {
            return run_aws(rest, session);
        };
    });
}

}  // namespace lambent::cli
