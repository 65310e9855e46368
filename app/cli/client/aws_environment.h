#pragma once

#include "app/cli/client/endpoint.h"

#include <map>
#include <string>

namespace lambent::cli {

// The environment variables with which AWS's command and SDKs talk to the daemon.
std::map<std::string, std::string> aws_environment(const Endpoint& endpoint);

// As one word of a POSIX shell.
std::string shell_quoted(const std::string& text);

}  // namespace lambent::cli
