#pragma once

#include "base/result.h"

#include <string>

namespace lambent::app {

// The key pair of the installation's owner, made at the first start and kept in
// <data>/credentials.json (mode 0600), where the command line finds it.
struct RootKey {
    std::string access_key;
    std::string secret;
};

Result<RootKey> load_or_make_root_key(const std::string& data_directory);

}  // namespace lambent::app
