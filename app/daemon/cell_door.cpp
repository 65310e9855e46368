#include "app/daemon/cell_door.h"

#include "base/http/server.h"
#include "base/ids.h"

namespace lambent::app {
namespace {

std::string principal_of(const std::string& function) {
    return "function:" + function;
}

// Holds a door of the server as long as the cell lives.
class OpenDoor final : public runtime::PlatformDoor::Lease {
  public:
    explicit OpenDoor(std::unique_ptr<http::Server::Door> door) : door_(std::move(door)) {}

  private:
    std::unique_ptr<http::Server::Door> door_;
};

}  // namespace

std::unique_ptr<runtime::PlatformDoor::Lease> CellDoor::open(
    UniqueFd listener, const std::string& function
) {
    LAMBENT_ASSERT(server_ != nullptr);
    auto door = server_->open_door(std::move(listener), principal_of(function));
    return std::make_unique<OpenDoor>(std::move(door));
}

std::pair<std::string, std::string> CellDoor::credentials(const std::string& function) {
    const auto known = keys_.find(function);
    if (known != keys_.end()) {
        return known->second;
    }
    api::Credentials::Key key;
    key.secret = random_secret(40);
    key.principal.access_key = "ASIA" + random_hex(8);
    key.principal.name = principal_of(function);
    std::pair<std::string, std::string> pair(key.principal.access_key, key.secret);
    credentials_.add(std::move(key));
    keys_.emplace(function, pair);
    return pair;
}

}  // namespace lambent::app
