// What ThreadSanitizer is told to overlook, linked into every program that it checks. Only races
// within libraries that were not built with it, whose locks it therefore cannot see.
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_suppressions() {
    // glibc reads TZ and counts users of a locale under locks of its own; libarchive asks for times
    // and locales on several workers at once.
    return "race:tzset_internal\n"
           "race:newlocale\n"
           "race:freelocale\n"
           "race:_nl_cleanup_ctype\n"
           "race:_nl_*locale\n"
           "race:^archive_read_\n";
}
