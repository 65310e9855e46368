#pragma once

#include "app/daemon/daemon.h"
#include "app/daemon/installation.h"
#include "base/files/data_directory.h"
#include "base/http/tls_context.h"
#include "base/unique_fd.h"
#include "sandbox/namespace_sandbox.h"

#include <cstdint>
#include <memory>

namespace lambent::app {

// What a daemon needs before its process has a second thread: its parts, the lock on its data, its
// port, and the launcher, which is forked here.
struct Foundation {
    Installation installation;
    DataDirectory directory;
    UniqueFd listener;
    std::uint16_t port = 0;
    std::unique_ptr<sandbox::LauncherProcess> launcher;
    std::shared_ptr<const http::TlsContext> tls;  // null: the port speaks plain HTTP

    // Errors say what to do: another daemon's pid, a busy port, a missing part, missing rights, a
    // key that does not belong to its certificate.
    static Result<Foundation> lay(const DaemonOptions& options);
};

}  // namespace lambent::app
