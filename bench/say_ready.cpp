// The smallest C++ program that says something: what fork_exec starts for the C++ row.
#include <unistd.h>

int main() {
    return ::write(STDOUT_FILENO, ".", 1) == 1 ? 0 : 1;
}
