#pragma once

#include "base/async/one_shot.h"
#include "base/async/task_scope.h"
#include "base/logger.h"
#include "base/unique_fd.h"
#include "runtime/environment/answer_stream.h"
#include "runtime/environment/conversation.h"
#include "runtime/environment/frame_reader.h"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lambent::runtime {

// The frames (frame.h) of one environment over the socket that its cell has inherited: one write
// for an event, one read for an answer and the wish for the next event. A guest that breaks the
// rules is reported once and not listened to any more. Owned by a CellChannel; event loop's thread
// only.
class FrameWire final : private EventTaker {
  public:
    FrameWire(
        const boost::asio::any_io_executor& executor,
        UniqueFd socket,
        Conversation& talk,
        const Logger& log
    );
    ~FrameWire() override;
    FrameWire(const FrameWire&) = delete;
    FrameWire& operator=(const FrameWire&) = delete;

    // At once, if it has happened before.
    void on_broken(std::function<void()> report);
    // Whether the guest's end is closed: nothing will come any more.
    bool ended() const { return ended_; }
    Task<> close();

    // A stem's: gives it these events, which mean nothing, one after another. True when it waits
    // to be configured, false when it never will.
    Task<bool> rehearse(std::vector<std::string> events);
    // What makes it a function when it is written to its socket, which is for the caller to do:
    // "KEY=value" lines, its whole environment. An empty cell's stem executes `program` if there is
    // one. From here on this is a function's wire.
    std::string configuration(
        const std::vector<std::string>& variables, const std::vector<std::string>& program = {}
    );

  private:
    struct Socket;
    struct Outgoing {
        std::string head;  // with the text
        std::string payload;
        std::size_t sent = 0;
    };

    void take(ChannelEvent event) override;
    void dismiss() override {}

    enum class Read { kAll, kFull, kMalformed };

    Task<> read_all();
    Task<Read> take_frames();
    Read read_frames();
    void end_answer(AnswerKind kind, std::string payload, std::string error_type);
    bool begun();
    bool whole();
    bool next();
    bool rehearse_next();
    void answer_begun();
    void answer_whole();
    void part_whole();

    void send_event(const ChannelEvent& event, std::string payload);
    void send(FrameHead head, std::string bytes, std::string payload);
    void send_what_fits();
    bool send_some(Outgoing& front);
    Task<> send_rest();

    std::unique_ptr<Socket> socket_;
    Conversation& talk_;
    FrameReader reader_;
    std::deque<Outgoing> outgoing_;
    std::function<void()> broken_;
    // What a stem is given before it is a function: nothing, once it is.
    std::optional<std::deque<std::string>> rehearsal_;
    OneShot<bool> rehearsed_;
    std::uint64_t event_ = 0;             // the number of the latest one
    std::string request_id_;              // and its id
    std::string parts_;                   // of a response that comes in several frames
    std::optional<AnswerStream> stream_;  // instead, when its caller wants it while it comes
    bool answering_ = false;
    bool malformed_ = false;
    bool ended_ = false;
    bool sending_ = false;
    TaskScope scope_;
};

}  // namespace lambent::runtime
