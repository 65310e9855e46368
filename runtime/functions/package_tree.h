#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/functions/package_path.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lambent::runtime {

// A directory that is being filled with a package's files, under a temporary name until it is
// published. Every name is new, made by this object, and never reached through a link; what is not
// published is removed. One worker's thread; blocking.
class PackageTree {
  public:
    using Path = std::vector<std::string>;
    enum class Executable { kNo, kYes };

    static Result<PackageTree> create(const std::string& parent);
    PackageTree(PackageTree&& other) noexcept;
    PackageTree& operator=(PackageTree&&) = delete;
    ~PackageTree();

    Result<void> add_directory(const Path& path);
    Result<UniqueFd> add_file(const Path& path, Executable executable);
    Result<void> add_link(const Path& path, const std::string& target);

    // Once everything is added: that no link leads out, even through other links.
    Result<void> check_links() const;
    // Brings everything to disk, then gives the directory its name, which must be free.
    Result<void> publish(const std::string& name);

  private:
    enum class Kind { kDirectory, kFile, kLink };

    PackageTree(std::string parent, std::string path, UniqueFd root);
    Result<void> make_parents(const Path& path);
    Result<void> make_directory(const std::string& name);
    Result<std::string> claim(const Path& path, Kind kind);

    std::string parent_;
    std::string path_;  // of the temporary directory; empty once published
    UniqueFd root_;
    std::map<std::string, Kind, std::less<>> names_;  // everything made so far
};

}  // namespace lambent::runtime
