#pragma once

#include "base/async/task.h"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>
#include <string>

namespace lambent::triggers {

// Keeps a blob's file from being removed between its arrival and the commit of the row that names
// it, and an arriving one from meeting a removal that runs. Event loop's thread only; owned by the
// object shelf and outlives every pin.
class BlobPins {
  public:
    // While it lives the blob is not removed. A lease: the destructor gives it back.
    class Pin {
      public:
        Pin() = default;
        Pin(Pin&& other) noexcept;
        Pin& operator=(Pin&& other) noexcept;
        Pin(const Pin&) = delete;
        Pin& operator=(const Pin&) = delete;
        ~Pin();

      private:
        friend class BlobPins;
        // True when a removal now waits for nobody but the caller.
        bool give_back();
        Pin(BlobPins* pins, std::string blob) : pins_(pins), blob_(std::move(blob)) {}
        BlobPins* pins_ = nullptr;
        std::string blob_;
    };

    BlobPins();
    ~BlobPins();
    BlobPins(const BlobPins&) = delete;
    BlobPins& operator=(const BlobPins&) = delete;

    // Waits while the blob is being removed.
    Task<Pin> pin(std::string blob);

    // Gives a pin back. True when it was the last one and a removal was refused meanwhile: the
    // caller asks for that removal again, because whoever was refused does not.
    bool unpin(Pin pin);

    // False while the blob is pinned or is being removed already; else end_removal must follow.
    bool begin_removal(const std::string& blob);

    // True when another removal was refused meanwhile: this one goes on, looks again and ends
    // again.
    bool end_removal(const std::string& blob);

  private:
    struct Entry;
    std::map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace lambent::triggers
