#include "base/line_output.h"

#include "base/unique_fd.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <string>

using namespace lambent;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        reader = UniqueFd(ends[0]);
        writer = UniqueFd(ends[1]);
    }
    // All that is there now, or, with the writer's end closed, all.
    std::string read_what_is_there() const {
        ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);
        std::string all;
        std::array<char, 65536> piece;
        for (ssize_t got = 0; (got = ::read(reader.get(), piece.data(), piece.size())) > 0;) {
            all.append(piece.data(), static_cast<std::size_t>(got));
        }
        return all;
    }
    UniqueFd reader;
    UniqueFd writer;
};

// Writes, and says whether that ended by itself; when not, reads until it does.
bool ends_by_itself(const Pipe& pipe, const std::function<void()>& write) {
    std::future<void> writing = std::async(std::launch::async, write);
    if (writing.wait_for(std::chrono::seconds(20)) == std::future_status::ready) {
        return true;
    }
    while (writing.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
        static_cast<void>(pipe.read_what_is_there());
    }
    return false;
}

}  // namespace

TEST_CASE("LineOutput does not wait for a reader who has stopped", "[base][LineOutput]") {
    const Pipe pipe;
    LineOutput output(pipe.writer.get());
    const std::string line = std::string(100, 'x') + "\n";
    constexpr int kLines = 10'000;  // a megabyte
    CHECK(ends_by_itself(pipe, [&] {
        for (int i = 0; i < kLines; ++i) {
            output.write(line);
        }
    }));
    const std::string taken = pipe.read_what_is_there();
    REQUIRE(taken.size() % line.size() == 0);
    const std::size_t lost = kLines - taken.size() / line.size();
    CHECK(lost > 0);
    output.write("again\n");
    const std::string after = pipe.read_what_is_there();
    CHECK(
        after.find(R"("event":"log_lines_lost","count":)" + std::to_string(lost) + "}\n") !=
        std::string::npos
    );
    CHECK(after.ends_with("}\nagain\n"));
}

TEST_CASE("LineOutput ends a line that found half of its room", "[base][LineOutput]") {
    const Pipe pipe;
    LineOutput output(pipe.writer.get());
    CHECK(ends_by_itself(pipe, [&] { output.write(std::string(10'000'000, 'y') + "\n"); }));
    CHECK(pipe.read_what_is_there().ends_with("y"));
    output.write("next\n");
    const std::string after = pipe.read_what_is_there();
    CHECK(after.starts_with("\n{"));
    CHECK(after.ends_with("\nnext\n"));
}

TEST_CASE("LineOutput outlives its reader", "[base][LineOutput]") {
    Pipe pipe;
    LineOutput output(pipe.writer.get());
    output.write("heard\n");
    CHECK(pipe.read_what_is_there() == "heard\n");
    pipe.reader.reset();
    output.write("unheard\n");
}
