// Runs inside cells and says what it could do. Statically linked, so that it also stands for the
// smallest possible guest.
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace {

int hello() {
    char path[256];
    std::printf("hello from %s\n", ::getcwd(path, sizeof(path)));
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const char* word = argc > 1 ? argv[1] : "";
    if (std::strcmp(word, "hello") == 0) {
        return hello();
    }
    return 64;
}
