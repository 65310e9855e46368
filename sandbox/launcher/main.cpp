#include "base/open_files.h"
#include "sandbox/launcher/launcher.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

using lambent::sandbox::Hello;
using lambent::sandbox::Launcher;
using lambent::sandbox::LauncherOptions;
using lambent::sandbox::PacketSocket;

// --socket N --state DIR --instance NAME --slots N, all of them, from the daemon only.
bool parse(int argc, char** argv, LauncherOptions& options) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string_view value = argv[i + 1];
        const char* end = value.data() + value.size();
        if (name == "--socket") {
            std::from_chars(value.data(), end, options.socket);
        } else if (name == "--slots") {
            std::from_chars(value.data(), end, options.slots_ready);
        } else if (name == "--state") {
            options.state_directory = value;
        } else if (name == "--instance") {
            options.instance = value;
        } else {
            return false;
        }
    }
    return argc == 9 && options.socket >= 3 && !options.state_directory.empty() &&
           !options.instance.empty();
}

// What it does is short, and somebody waits for it: it goes before the cells that it started.
// Without the right to do so it works all the same.
void go_first() {
    constexpr int kNice = -10;
    ::setpriority(PRIO_PROCESS, 0, kNice);
}

// The launcher outlives the daemon by a moment, to clean up: what stops the daemon (Ctrl-C, a
// service manager's signal to the whole group) must not stop it first. It ends with its socket.
void detach() {
    ::setsid();
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) {
        ::signal(number, SIG_IGN);
    }
    ::umask(022);
    ::prctl(PR_SET_DUMPABLE, 0);
}

int serve(PacketSocket& socket, const LauncherOptions& options) {
    auto launcher = Launcher::create(options);
    Hello hello;
    if (launcher.has_error()) {
        hello.problem = launcher.error().message();
    } else {
        hello.dialect = (*launcher)->dialect();
    }
    const auto greeted = socket.send({encode(lambent::sandbox::Event(hello)), {}});
    if (launcher.has_error()) {
        return 1;
    }
    const auto ran = greeted.has_error() ? greeted : (*launcher)->run(socket);
    (*launcher)->clean_up();
    if (ran.has_error()) {
        std::fprintf(stderr, "lambent-launcher: %s\n", ran.error().message().c_str());
        return 1;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    LauncherOptions options;
    if (!parse(argc, argv, options)) {
        std::fputs("lambent-launcher is started by lambent itself\n", stderr);
        return 2;
    }
    detach();
    lambent::raise_open_files_limit();
    go_first();
    PacketSocket socket{lambent::UniqueFd(options.socket)};
    return serve(socket, options);
}
