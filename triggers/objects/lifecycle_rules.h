#pragma once

#include "base/clock.h"
#include "triggers/objects/object.h"
#include "triggers/objects/object_lookup.h"
#include "triggers/objects/version_fold.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lambent::triggers {

// Which objects a rule is about: those of which all holds.
struct LifecycleFilter {
    std::string prefix;
    std::map<std::string, std::string> tags;
    std::optional<std::uint64_t> size_above;  // bytes
    std::optional<std::uint64_t> size_below;
};

enum class LifecycleState { kEnabled, kDisabled };
enum class LoneMarkers { kStay, kGo };

// What goes when. Days count from the object's last change, the upload's begin, or the time at
// which a version stopped being the current one, and end at the next midnight, UTC.
struct LifecycleRule {
    std::string id;
    LifecycleState state = LifecycleState::kEnabled;
    LifecycleFilter filter;
    std::optional<int> days;
    std::optional<WallTime> date;
    LoneMarkers lone_markers = LoneMarkers::kStay;  // delete markers that hide nothing any more
    std::optional<int> noncurrent_days;
    std::size_t noncurrent_kept = 0;  // so many of the newest stay however old they are
    std::optional<int> abort_days;    // of uploads that were not completed
};

std::string encode_lifecycle(const std::vector<LifecycleRule>& rules);
std::vector<LifecycleRule> decode_lifecycle(const std::string& text);

// The midnight at which something of that age has had its days; at most the last that there is.
WallTime days_end(WallTime since, int days);

// Goes through the versions of a bucket in the order of their listing and says which have had their
// time. Pure; the listing may come in pages.
class LifecycleScan {
  public:
    struct Expired {
        ObjectPath path;    // with a version: that goes for good; else what is current
        WallTime modified;  // as it was seen
    };
    LifecycleScan(const std::vector<LifecycleRule>& rules, WallTime now)
        : rules_(rules), now_(now) {}

    void see(const VersionPage::Entry& entry);
    // What has been found since the last call; `end`: no more will come.
    enum class More { kComes, kEnd };
    std::vector<Expired> take(More more);

  private:
    bool current_expires(const ObjectInfo& object) const;
    bool older_expires(const ObjectInfo& object) const;
    bool marker_expires(const ObjectInfo& marker) const;
    void settle_marker();

    const std::vector<LifecycleRule>& rules_;
    const WallTime now_;
    std::vector<Expired> found_;
    std::optional<ObjectInfo> newest_;  // of the key that is being seen
    bool alone_ = false;                // newest_ is the only version so far
    WallTime successor_modified_;       // of the version seen last
    std::size_t older_seen_ = 0;        // of the key
};

// Whether an upload that began then is to be aborted.
bool upload_expires(
    const std::vector<LifecycleRule>& rules,
    const std::string& key,
    WallTime initiated,
    WallTime now
);

}  // namespace lambent::triggers
