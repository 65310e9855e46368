// Runs inside cells and says what it could do. Statically linked, so that it also stands for the
// smallest possible guest.
#include "tests/sandbox/probe.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace {

struct Command {
    const char* word;
    int (*run)(int argc, char** argv);
};

int hello(int /*argc*/, char** /*argv*/) {
    char path[256];
    std::printf("hello from %s\n", ::getcwd(path, sizeof(path)));
    return 0;
}

constexpr std::array kCommands{
    Command{"hello", hello},
    Command{"pause", lambent::probe::wait_for_ever},
    Command{"calls", lambent::probe::try_calls},
    Command{"foreign", lambent::probe::foreign_abi},
    Command{"zombies", lambent::probe::make_zombies},
    Command{"fork-bomb", lambent::probe::fork_bomb},
    Command{"spin", lambent::probe::spin},
    Command{"take", lambent::probe::take_memory},
};

}  // namespace

int main(int argc, char** argv) {
    for (const Command& command : kCommands) {
        if (argc > 1 && std::strcmp(argv[1], command.word) == 0) {
            return command.run(argc - 2, argv + 2);
        }
    }
    return 64;
}
