#include "base/line_output.h"

#include "base/unique_fd.h"
#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
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

// A pipe takes what is at most PIPE_BUF whole, so that only a terminal has half of the room.
TEST_CASE("LineOutput does not wait for a terminal that is held", "[base][LineOutput]") {
    const UniqueFd screen(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    std::array<char, 64> name{};
    if (!screen || ::grantpt(screen.get()) != 0 || ::unlockpt(screen.get()) != 0 ||
        ::ptsname_r(screen.get(), name.data(), name.size()) != 0) {
        return;  // no terminals here
    }
    const UniqueFd terminal(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(terminal);
    LineOutput output(terminal.get());
    std::future<void> writing = std::async(std::launch::async, [&output] {
        for (int i = 0; i < 10'000; ++i) {
            output.write(std::string(100, 'x') + "\n");
        }
    });
    const bool ended = writing.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    CHECK(ended);
    ::fcntl(screen.get(), F_SETFL, O_NONBLOCK);
    std::array<char, 65536> piece;
    std::string shown;
    for (bool is_done = false; !is_done;) {  // what is on its way takes a moment
        is_done = writing.wait_for(std::chrono::milliseconds(20)) == std::future_status::ready;
        for (ssize_t got = 0; (got = ::read(screen.get(), piece.data(), piece.size())) > 0;) {
            shown.append(piece.data(), static_cast<std::size_t>(got));
        }
    }
    CHECK(shown.starts_with(std::string(100, 'x') + "\r\n"));
    CHECK((::fcntl(terminal.get(), F_GETFL) & O_NONBLOCK) == 0);
}

TEST_CASE("LineOutput adds to a file where others add to it", "[base][LineOutput]") {
    const tests::TempDir home;
    const UniqueFd file(::open(home.file("log").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    REQUIRE(file);
    LineOutput output(file.get());
    REQUIRE(::write(file.get(), "theirs\n", 7) == 7);
    output.write("ours\n");
    REQUIRE(::write(file.get(), "theirs\n", 7) == 7);
    std::array<char, 64> text{};
    const ssize_t size = ::pread(file.get(), text.data(), text.size(), 0);
    CHECK(std::string(text.data(), static_cast<std::size_t>(size)) == "theirs\nours\ntheirs\n");
}

TEST_CASE("LineOutput writes to a socket, which cannot be opened", "[base][LineOutput]") {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const UniqueFd reader(ends[0]);
    const UniqueFd writer(ends[1]);
    LineOutput output(writer.get());
    output.write("heard\n");
    std::array<char, 16> text{};
    CHECK(::read(reader.get(), text.data(), text.size()) == 6);
}

TEST_CASE("LineOutput outlives its reader", "[base][LineOutput]") {
    Pipe pipe;
    LineOutput output(pipe.writer.get());
    output.write("heard\n");
    CHECK(pipe.read_what_is_there() == "heard\n");
    pipe.reader.reset();
    output.write("unheard\n");
}
