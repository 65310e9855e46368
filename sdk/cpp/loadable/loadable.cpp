// Linked into a function with the options in `flags`, this makes its bootstrap a program that can
// also be loaded: lambent's stems call it in a process that has started already, which takes a
// tenth of an exec. Executed, as anywhere else, it is a program like any other.

#if defined(__x86_64__)
#define LAMBENT_DYNAMIC_LINKER "/lib64/ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define LAMBENT_DYNAMIC_LINKER "/lib/ld-linux-aarch64.so.1"
#else
#error "name this architecture's dynamic linker"
#endif

extern "C" {

// C++ does not let a program call its main() by that name.
int lambent_program_main(int argc, char** argv, char** environment) __asm__("main");

__attribute__((visibility("default"))) int lambent_loaded_main(
    int argc, char** argv, char** environment
) {
    return lambent_program_main(argc, argv, environment);
}

// What makes a shared object executable.
__attribute__((section(".interp"), used)) const char lambent_dynamic_linker[] =
    LAMBENT_DYNAMIC_LINKER;

// By this the loader knows it.
__attribute__((section(".note.lambent"), used, aligned(4))) const struct {
    unsigned name_size, content_size, type;
    char name[8];
    unsigned version;
} lambent_loadable_note = {8, 4, 1, "lambent", 1};
}
