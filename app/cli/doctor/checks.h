#pragma once

#include "app/cli/doctor/machine.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lambent::cli {

enum class Verdict { kOk, kWarn, kFail };

// One line of the doctor's: what was looked at, what was seen, and when it is not well what to do.
struct Finding {
    std::string subject;
    Verdict verdict = Verdict::kOk;
    std::string seen;
    std::string advice;
};

Finding check_kernel(const Machine& machine);
Finding check_namespaces(const Machine& machine);
Finding check_cgroups(const Machine& machine);
Finding check_seccomp(const Machine& machine);
Finding check_privileges(const Machine& machine);
Finding check_memory(const Machine& machine);
Finding check_python(const Machine& machine);
Finding check_node(const Machine& machine);
Finding check_data_directory(const Machine& machine, const std::string& directory);
enum class OwnDaemon { kStopped, kAnswers };
Finding check_port(const Machine& machine, std::uint16_t port, OwnDaemon daemon);
Finding check_demo(const Machine& machine);

// The worst of them.
Verdict worst_of(const std::vector<Finding>& findings);

}  // namespace lambent::cli
