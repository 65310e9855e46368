#pragma once

#include "triggers/http/http_answer.h"

#include <string>
#include <utility>

namespace lambent::triggers {

// Finds where the prelude of a streamed answer ends, in bytes that grow. Pure.
class StreamHead {
  public:
    enum class State {
        kOpen,    // the prelude may still go on
        kWhole,   // answer() says status and fields; its body are the bytes behind the prelude
        kBroken,  // it is none, or too long
    };

    // `content_type` as the function said of the whole: without the type of a prelude all bytes
    // are body, of that type.
    explicit StreamHead(std::string content_type);

    State feed(std::string bytes);
    HttpAnswer take_answer() { return std::move(answer_); }

  private:
    std::string content_type_;
    std::string seen_;
    HttpAnswer answer_;
};

}  // namespace lambent::triggers
