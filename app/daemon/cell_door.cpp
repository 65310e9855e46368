#include "app/daemon/cell_door.h"

#include "base/http/server.h"
#include "base/ids.h"

namespace lambent::app {
namespace {

std::string principal_of(const std::string& function) { return "function:" + function; }

// A server of its own per cell, so that it ends with the cell.
class OpenDoor final : public runtime::PlatformDoor::Lease {
  public:
    OpenDoor(boost::asio::any_io_executor executor, http::Handler& handler, Logger log)
        : server_(std::move(executor), http::ServerConfig{}, handler, std::move(log)) {}

    void serve(UniqueFd listener, const std::string& function) {
        server_.accept_on(std::move(listener), principal_of(function));
    }

  private:
    http::Server server_;
};

}  // namespace

std::unique_ptr<runtime::PlatformDoor::Lease> CellDoor::open(
    UniqueFd listener, const std::string& function
) {
    LAMBENT_ASSERT(front_door_ != nullptr);
    auto door = std::make_unique<OpenDoor>(executor_, *front_door_, log_);
    door->serve(std::move(listener), function);
    return door;
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
