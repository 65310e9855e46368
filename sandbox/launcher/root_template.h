#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

#include <string>
#include <utility>

namespace lambent::sandbox {

// Who a guest is inside its user namespace: what functions on Lambda find themselves to be.
inline constexpr unsigned kGuestUid = 993;
inline constexpr unsigned kGuestGid = 990;

// The root directory that all cells start from, in a mount namespace of its own that contains
// nothing else: a tmpfs, read-only once built, with read-only binds of what the language runtimes
// need, a synthetic /etc and a minimal /dev. Built once, in the launcher's private mount namespace;
// the host never sees any of it, and it goes with the launcher.
class RootTemplate {
  public:
    // `mount_point` is an empty directory of the host that is hidden while the tree is built.
    static Result<RootTemplate> build(const std::string& mount_point);

    // Moves this thread into the template's namespace and back. A clone with CLONE_NEWNS in between
    // copies the few mounts that a cell needs instead of all of the host's.
    Result<void> enter() const;
    void leave() const;

    // This thread inside another process's mount namespace, until destruction.
    class Visit {
      public:
        explicit Visit(const RootTemplate* root) : root_(root) {}
        Visit(Visit&& other) noexcept : root_(std::exchange(other.root_, nullptr)) {}
        Visit& operator=(Visit&&) = delete;
        Visit(const Visit&) = delete;
        Visit& operator=(const Visit&) = delete;
        ~Visit() {
            if (root_ != nullptr) {
                root_->leave();
            }
        }

      private:
        const RootTemplate* root_;
    };
    Result<Visit> visit(const UniqueFd& process) const;

  private:
    RootTemplate(UniqueFd home, UniqueFd cells)
        : home_(std::move(home)), cells_(std::move(cells)) {}

    UniqueFd home_;   // the launcher's own mount namespace
    UniqueFd cells_;  // the template's
};

}  // namespace lambent::sandbox
