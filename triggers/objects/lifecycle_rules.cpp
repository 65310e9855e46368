#include "triggers/objects/lifecycle_rules.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lambent::triggers {
namespace {

bool has_tags(
    const std::map<std::string, std::string>& wanted, const std::map<std::string, std::string>& tags
) {
    return std::all_of(wanted.begin(), wanted.end(), [&tags](const auto& tag) {
        const auto found = tags.find(tag.first);
        return found != tags.end() && found->second == tag.second;
    });
}

bool is_about(const LifecycleRule& rule, const ObjectInfo& object) {
    const LifecycleFilter& filter = rule.filter;
    return rule.state == LifecycleState::kEnabled && object.key.starts_with(filter.prefix) &&
           has_tags(filter.tags, object.tags) &&
           (!filter.size_above || object.size > *filter.size_above) &&
           (!filter.size_below || object.size < *filter.size_below);
}

bool had_days(const std::optional<int>& days, WallTime since, WallTime now) {
    return days && now >= days_end(since, *days);
}

}  // namespace

WallTime days_end(WallTime since, int days) {
    using Days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
    const Days latest = std::chrono::floor<Days>(WallTime::max().time_since_epoch());
    const Days end = std::chrono::ceil<Days>(since.time_since_epoch()) + Days(days);
    return WallTime(std::min(end, latest));
}

bool LifecycleScan::current_expires(const ObjectInfo& object) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const LifecycleRule& rule) {
        return is_about(rule, object) &&
               (had_days(rule.days, object.modified, now_) || (rule.date && now_ >= *rule.date));
    });
}

bool LifecycleScan::older_expires(const ObjectInfo& object) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const LifecycleRule& rule) {
        return is_about(rule, object) && older_seen_ > rule.noncurrent_kept &&
               had_days(rule.noncurrent_days, successor_modified_, now_);
    });
}

bool LifecycleScan::marker_expires(const ObjectInfo& marker) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const LifecycleRule& rule) {
        return is_about(rule, marker) && (rule.lone_markers == LoneMarkers::kGo ||
                                          had_days(rule.days, marker.modified, now_));
    });
}

// Only when the next key comes is it known that a marker hides nothing.
void LifecycleScan::settle_marker() {
    if (newest_ && alone_ && newest_->is_marker() && marker_expires(*newest_)) {
        found_.push_back(
            {ObjectPath{newest_->bucket, newest_->key, newest_->version}, newest_->modified}
        );
    }
    newest_.reset();
}

void LifecycleScan::see(const VersionPage::Entry& entry) {
    const ObjectInfo& object = entry.object;
    if (entry.standing == Standing::kLatest) {
        settle_marker();
        newest_ = object;
        alone_ = true;
        older_seen_ = 0;
        if (!object.is_marker() && current_expires(object)) {
            found_.push_back({ObjectPath{object.bucket, object.key}, object.modified});
        }
    } else {
        alone_ = false;
        ++older_seen_;
        if (older_expires(object)) {
            found_.push_back(
                {ObjectPath{object.bucket, object.key, object.version}, object.modified}
            );
        }
    }
    successor_modified_ = object.modified;
}

std::vector<LifecycleScan::Expired> LifecycleScan::take(More more) {
    if (more == More::kEnd) {
        settle_marker();
    }
    return std::exchange(found_, {});
}

bool upload_expires(
    const std::vector<LifecycleRule>& rules,
    const std::string& key,
    WallTime initiated,
    WallTime now
) {
    return std::any_of(rules.begin(), rules.end(), [&](const LifecycleRule& rule) {
        return rule.state == LifecycleState::kEnabled && key.starts_with(rule.filter.prefix) &&
               had_days(rule.abort_days, initiated, now);
    });
}

}  // namespace lambent::triggers
