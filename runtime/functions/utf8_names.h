#pragma once

#include <locale.h>

namespace lambent::runtime {

// While it lives, libarchive, which translates names to the thread's locale, gives them in UTF-8
// whatever the daemon was started with. One thread's; blocking work only.
class Utf8Names {
  public:
    Utf8Names()
        : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)),
          former_(utf8_ != nullptr ? ::uselocale(utf8_) : nullptr) {}
    ~Utf8Names() {
        if (utf8_ != nullptr) {
            ::uselocale(former_);
            ::freelocale(utf8_);
        }
    }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

  private:
    locale_t utf8_;
    locale_t former_;
};

}  // namespace lambent::runtime
