// Bare fork+exec of a program until its first byte on stdout: the least that a cold start of that
// runtime can cost without any sandbox. Prints one duration in microseconds per line.
//   fork_exec COUNT PROGRAM [ARGUMENT]...
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

extern char** environ;

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: fork_exec COUNT PROGRAM [ARGUMENT]...\n");
        return 2;
    }
    for (int left = std::atoi(argv[1]); left > 0; --left) {
        int out[2];
        if (::pipe(out) != 0) {
            return 1;
        }
        const auto start = std::chrono::steady_clock::now();
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(out[1], STDOUT_FILENO);
            ::close(out[0]);
            ::close(out[1]);
            ::execv(argv[2], argv + 2);
            ::_exit(127);
        }
        ::close(out[1]);
        char byte = 0;
        const bool answered = ::read(out[0], &byte, 1) == 1;
        const auto end = std::chrono::steady_clock::now();
        ::close(out[0]);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        if (!answered) {
            std::fprintf(stderr, "fork_exec: %s wrote nothing\n", argv[2]);
            return 1;
        }
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(end - start);
        std::printf("%lld\n", static_cast<long long>(took.count()));
    }
}
