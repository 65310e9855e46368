// What ThreadSanitizer is told to overlook, linked into every program that it checks. Only races
// within libraries that were not built with it, whose locks it therefore cannot see.
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
    // glibc reads TZ under a lock of its own; libarchive calls mktime on several workers at once.
    return "race:tzset_internal\n";
}
