#pragma once

#include <map>
#include <string>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "api/wire/credentials.h"
#include "base/http/message.h"
#include "base/logger.h"
#include "runtime/environment/sandbox_environment_factory.h"

namespace lambent::app {

// Lets functions reach the platform from inside their cells: serves the front door on the cells'
// own listeners under the entrance "function:<name>", and gives each function a key pair that is
// good for that entrance only and for this life of the daemon. Event loop's thread only.
class CellDoor final : public runtime::PlatformDoor {
  public:
    CellDoor(boost::asio::any_io_executor executor, api::Credentials& credentials, Logger log)
        : executor_(std::move(executor)), credentials_(credentials), log_(std::move(log)) {}

    // The front door is made after what needs this one: told once, before any cell starts.
    void lead_to(http::Handler& front_door) { front_door_ = &front_door; }

    std::unique_ptr<Lease> open(UniqueFd listener, const std::string& function) override;
    std::pair<std::string, std::string> credentials(const std::string& function) override;

  private:
    boost::asio::any_io_executor executor_;
    api::Credentials& credentials_;
    Logger log_;
    http::Handler* front_door_ = nullptr;  // borrowed from the composition root
    std::map<std::string, std::pair<std::string, std::string>> keys_;  // by function name
};

}  // namespace lambent::app
