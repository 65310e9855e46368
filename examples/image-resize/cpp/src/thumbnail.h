#pragma once

#include <string>

// The photograph (a JPEG) made `width` pixels wide, upright, as a JPEG. Throws std::runtime_error.
std::string thumbnail(std::string photo, int width);

// Prepares the image library; before the first thumbnail.
void start_images(const char* program);
