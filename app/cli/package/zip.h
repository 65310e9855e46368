#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>

namespace lambent::cli {

// Everything below a folder as a zip in memory: sorted, one fixed time, only the executable bit of
// the modes kept, so that the same files always make the same bytes (and so the same CodeSha256).
// Version control, build folders and Python's byte code stay out.
Result<std::string> zip_folder(const std::filesystem::path& folder);

// One file of that name and content.
Result<std::string> zip_text(const std::string& name, const std::string& content);

// Whether a path component is never part of a package (".git", "__pycache__", …).
bool is_left_out(const std::filesystem::path& name);

}  // namespace lambent::cli
