#pragma once

#include "api/wire/front_door.h"
#include "base/fetch/post.h"
#include "base/logger.h"
#include "runtime/environment/stems/stem_policy.h"
#include "scheduler/policy/keep_alive.h"

#include <cstdint>
#include <string>

namespace lambent::app {

// Whose time schedules, retries, visibility and other timeouts of triggers go by: the machine's, or
// one that stands still until `lambent clock advance`. Functions always run by the machine's.
enum class ClockKind { kSystem, kManual };

// What `lambent up` may be told. Everything else has defaults in the rooms' own config structs.
struct DaemonOptions {
    std::string data_directory;         // made when missing; one daemon per directory
    std::uint16_t port = 4566;          // 0: any free one; endpoint.json says which
    std::string address = "127.0.0.1";  // AuthMode::kNone is refused on anything but loopback
    api::AuthMode auth = api::AuthMode::kSigV4;
    std::string region = "us-east-1";
    // PEM files; both or none. With them the port speaks TLS and nothing else.
    std::string tls_certificate;
    std::string tls_key;
    // Invocations in flight at once, and how many of each may begin in a second (0: any number).
    std::uint32_t account_concurrency = 1'000;
    std::uint32_t requests_per_slot = 10;
    // What all environments may be configured to take together; 0: three quarters of the machine.
    std::uint64_t memory_budget_bytes = 0;
    LogLevel log_level = LogLevel::kInfo;
    ClockKind clock = ClockKind::kSystem;
    runtime::StemConfig stems;        // cells that are booted ahead of the functions that need them
    scheduler::KeepAlive keep_alive;  // of idle environments
    // Where notifications may be sent and issuers of tokens be asked: what a subscription or an
    // authorizer names is an address of somebody else's.
    Reach endpoints = Reach::kPublic;
};

// Runs the daemon in this process until SIGTERM or SIGINT; the exit code. Must be called before
// any thread exists: the launcher is forked from here. Ready when <data>/endpoint.json exists and
// GET /_lambent/health answers 200. Exit codes: 0 stopped as asked, 3 could not start or had to
// stop.
int run_daemon(const DaemonOptions& options);

}  // namespace lambent::app
