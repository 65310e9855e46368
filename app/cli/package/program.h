#pragma once

#include "base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace lambent::cli {

struct ProgramCall {
    std::vector<std::string> arguments;  // the program's path first
    std::filesystem::path directory;
    std::map<std::string, std::string> environment;  // added to the command's own
};

struct ProgramRun {
    int exit_code = 0;
    std::string output;  // stdout and stderr as they came
};

// Runs a program to its end. An Error only when it could not be started.
Result<ProgramRun> run_program(const ProgramCall& call);

// The last lines of an output, for a message about a build that failed.
std::string last_lines(const std::string& output, int lines);

}  // namespace lambent::cli
