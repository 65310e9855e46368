#pragma once

#include "api/wire/credentials.h"
#include "base/http/server.h"
#include "runtime/environment/sandbox_environment_factory.h"

#include <map>
#include <string>
#include <utility>

namespace lambent::app {

// Lets functions reach the platform from inside their cells: serves the front door on the cells'
// own listeners under the entrance "function:<name>", and gives each function a key pair that is
// good for that entrance only and for this life of the daemon. Event loop's thread only.
class CellDoor final : public runtime::PlatformDoor {
  public:
    explicit CellDoor(api::Credentials& credentials) : credentials_(credentials) {}

    // The server of the front door is made after what needs this one: told once, before any cell
    // starts. It outlives the cells, or has stopped.
    void lead_to(http::Server& server) { server_ = &server; }

    std::unique_ptr<Lease> open(UniqueFd listener, const std::string& function) override;
    std::pair<std::string, std::string> credentials(const std::string& function) override;

  private:
    api::Credentials& credentials_;
    http::Server* server_ = nullptr;  // borrowed from the composition root
    std::map<std::string, std::pair<std::string, std::string>> keys_;  // by function name
};

}  // namespace lambent::app
