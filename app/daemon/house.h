#pragma once

#include "api/wire/credentials.h"
#include "app/daemon/daemon.h"
#include "app/daemon/door_floor.h"
#include "app/daemon/endpoint_file.h"
#include "app/daemon/engine.h"
#include "app/daemon/foundation.h"
#include "app/daemon/ground.h"
#include "app/daemon/root_key.h"
#include "app/daemon/trigger_floor.h"

#include <optional>
#include <string>

namespace lambent::app {

// All rooms of one daemon on one event loop, floor by floor: what the program contains is what the
// three floors hold.
class House {
  public:
    House(const Ground& ground, Foundation foundation);

    // Reads what is stored; async events that wait from a former life run again.
    Task<Result<void>> open(RootKey owner);
    // Opens the front door, and says so in endpoint.json.
    Result<void> serve();
    // No new requests; running invocations end; cells go; logs to disk.
    Task<> close();

  private:
    std::string url() const;  // of the door

    const DaemonOptions options_;
    Logger log_;
    Stores& stores_;
    Foundation foundation_;
    api::Credentials credentials_;
    Engine engine_;
    TriggerFloor triggers_;
    DoorFloor doors_;
    std::optional<EndpointFile> endpoint_file_;
};

}  // namespace lambent::app
