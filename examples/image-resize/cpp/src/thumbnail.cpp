#include "thumbnail.h"

#include <stdexcept>

#include <vips/vips.h>

void start_images(const char* program) {
    if (VIPS_INIT(program) != 0) {
        throw std::runtime_error(vips_error_buffer());
    }
    vips_cache_set_max(0);  // each photograph comes once
    vips_concurrency_set(1);
}

std::string thumbnail(std::string photo, int width) {
    VipsImage* image = nullptr;
    void* bytes = nullptr;
    size_t size = 0;
    // A height that no photograph reaches: the width alone decides.
    int failed = vips_thumbnail_buffer(
        photo.data(), photo.size(), &image, width, "height", VIPS_MAX_COORD, nullptr
    );
    if (failed == 0) {
        failed = vips_jpegsave_buffer(image, &bytes, &size, "Q", 85, "strip", TRUE, nullptr);
        g_object_unref(image);
    }
    if (failed != 0) {
        const std::string reason = vips_error_buffer();
        vips_error_clear();
        throw std::runtime_error(reason);
    }
    std::string thumb(static_cast<const char*>(bytes), size);
    g_free(bytes);
    return thumb;
}
