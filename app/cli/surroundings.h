#pragma once

#include <optional>
#include <string>
#include <vector>

// What the command finds around itself: environment variables, its own place, other programs.
namespace lambent::cli::surroundings {

std::optional<std::string> variable(const char* name);

// Where the running program lies, links resolved; empty when /proc is not there.
std::string own_program();

// The first of `candidates` that can be executed; a name without '/' is looked up on the PATH.
std::optional<std::string> find_program(const std::vector<std::string>& candidates);

}  // namespace lambent::cli::surroundings
