#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <stdexcept>

namespace lambent::tests {

// Where a child process says what was acknowledged to it, after the fact and not before.
class Acknowledgements {
  public:
    explicit Acknowledgements(int pipe) : pipe_(pipe) {}
    void add(std::int64_t number) const {
        if (::write(pipe_, &number, sizeof(number)) != sizeof(number)) {
            ::_exit(1);
        }
    }

  private:
    int pipe_;
};

// Runs `body` in a child process, kills it with SIGKILL once it has told `enough` numbers, and
// returns all that it told. The body must not end by itself. Call it while no thread runs.
inline std::set<std::int64_t> acknowledged_before_kill(
    const std::function<void(const Acknowledgements&)>& body, std::size_t enough
) {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) {
        throw std::runtime_error("no pipe");
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        body(Acknowledgements(ends[1]));
        ::_exit(2);
    }
    ::close(ends[1]);
    std::set<std::int64_t> told;
    std::int64_t number = 0;
    while (::read(ends[0], &number, sizeof(number)) == sizeof(number)) {
        told.insert(number);
        if (told.size() == enough) {
            ::kill(child, SIGKILL);
        }
    }
    ::close(ends[0]);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) {
        throw std::runtime_error("the child ended before it was killed");
    }
    return told;
}

}  // namespace lambent::tests
