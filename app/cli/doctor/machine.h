#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace lambent::cli {

// What the doctor asks of a machine. The real one looks at /proc, /sys and the programs; tests put
// an invented one in its place.
class Machine {
  public:
    virtual ~Machine() = default;
    virtual std::optional<std::string> read(const std::string& path) const = 0;
    virtual bool exists(const std::string& path) const = 0;
    virtual bool is_root() const = 0;
    // What `<program> --version` prints; nothing when it is not there.
    virtual std::optional<std::string> version_of(const std::string& program) const = 0;
    // Whether a server could listen on this loopback port now.
    virtual bool port_is_free(std::uint16_t port) const = 0;
    virtual std::uint64_t free_bytes(const std::string& path) const = 0;
};

// The machine that the command runs on.
class ThisMachine final : public Machine {
  public:
    std::optional<std::string> read(const std::string& path) const override;
    bool exists(const std::string& path) const override;
    bool is_root() const override;
    std::optional<std::string> version_of(const std::string& program) const override;
    bool port_is_free(std::uint16_t port) const override;
    std::uint64_t free_bytes(const std::string& path) const override;
};

}  // namespace lambent::cli
