#pragma once

#include "runtime/functions/function.h"
#include "runtime/languages/runtime_catalog.h"

#include <optional>
#include <string>
#include <vector>

namespace lambent::runtime {

// What a stem is before it is a function: a program and what it was given when it was executed.
// Stems of one kind are interchangeable.
struct StemKind {
    std::vector<std::string> argv;
    std::vector<std::string> variables;  // "KEY=value": those that count at exec only

    std::string key() const;
};

// A prepared cell without a runtime: becomes a function's own bootstrap, or executes any program.
StemKind empty_kind();

// The kind of stem that can become this function; nothing when the function must be booted, because
// it sets a variable that only a program's start heeds (LD_LIBRARY_PATH, NODE_OPTIONS, …). Pure.
std::optional<StemKind> stem_kind(const Function& function, const LaunchPlan& plan);

// Whether a variable is read when a program starts and never again.
bool counts_at_exec_only(const std::string& variable);

}  // namespace lambent::runtime
