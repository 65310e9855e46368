// What ThreadSanitizer is told to overlook, linked into every program that it checks: only what
// libraries do that were not built with it, whose locks it therefore cannot see. glibc reads TZ and
// counts users of locales and converters under locks of its own, and libarchive asks for these on
// several workers at once.
extern "C" const char* __tsan_default_options();
extern "C" const char* __tsan_default_suppressions();

extern "C" const char* __tsan_default_options() {
    return "ignore_noninstrumented_modules=1";
}

extern "C" const char* __tsan_default_suppressions() {
    return "race:tzset_internal\n"
           "race:freelocale\n"
           "race:_nl_cleanup_ctype\n"
           "race:gconv\n";
}
