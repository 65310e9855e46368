#pragma once

#include "runtime/environment/response_sink.h"

#include <string>
#include <utility>

namespace lambent::tests {

// A sink that keeps what comes; full when the test says so.
class KeptResponse final : public runtime::ResponseSink {
  public:
    std::string content_type;
    std::string bytes;
    int begun = 0;
    bool full = false;
    int waits = 0;  // for room

    void begin(std::string type) override {
        content_type = std::move(type);
        ++begun;
    }
    void write(std::string more) override { bytes += more; }
    bool is_full() const override { return full; }
    Task<> drained() override {
        ++waits;
        full = false;
        co_return;
    }
};

}  // namespace lambent::tests
