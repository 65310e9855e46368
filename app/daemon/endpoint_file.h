#pragma once

#include "base/result.h"

#include <string>

namespace lambent::app {

// Tells local tools where the daemon answers: <data>/endpoint.json exists exactly while it does.
// Removed by the destructor; one left by a killed daemon is replaced at the next start.
class EndpointFile {
  public:
    struct Content {
        std::string endpoint;  // "http://127.0.0.1:4566"
        std::string region;
        std::string auth;         // "sigv4" or "none"
        std::string certificate;  // of TLS, the file's absolute path; empty without
    };
    static Result<EndpointFile> publish(const std::string& data_directory, const Content& content);

    EndpointFile(EndpointFile&& other) noexcept;
    EndpointFile& operator=(EndpointFile&& other) noexcept;
    EndpointFile(const EndpointFile&) = delete;
    EndpointFile& operator=(const EndpointFile&) = delete;
    ~EndpointFile();

  private:
    explicit EndpointFile(std::string path) : path_(std::move(path)) {}
    std::string path_;  // empty when moved from
};

}  // namespace lambent::app
