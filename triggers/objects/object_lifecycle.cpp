#include "triggers/objects/object_lifecycle.h"

#include "base/ids.h"
#include "triggers/objects/multipart_uploads.h"

#include <utility>

namespace lambent::triggers {
namespace {

// In whose name S3 removes what has expired.
constexpr char kRemover[] = "s3.amazonaws.com";

Cause expiry() {
    Cause cause;
    cause.request_id = random_uuid();
    cause.source_ip = kRemover;
    cause.principal = kRemover;
    return cause;
}

}  // namespace

ObjectLifecycle::ObjectLifecycle(
    boost::asio::any_io_executor loop, ObjectStore& store, const Clock& clock, Logger log
)
    : store_(store), clock_(clock), log_(std::move(log)), alarm_(loop, clock), flows_(loop, log_) {}

void ObjectLifecycle::start() {
    flows_.spawn("object_lifecycle", run());
}

Task<> ObjectLifecycle::stop() {
    stopping_ = true;
    alarm_.ring();
    co_await flows_.join();
}

void ObjectLifecycle::rules_changed() {
    changed_ = true;
    alarm_.ring();
}

Task<> ObjectLifecycle::run() {
    while (!stopping_) {
        changed_ = false;
        const std::size_t removed = co_await sweep();
        if (removed > 0) {
            log_.info("objects_expired", {{"count", removed}});
        }
        const WallTime midnight = days_end(clock_.wall_now() + std::chrono::milliseconds(1), 0);
        while (!stopping_ && !changed_ && clock_.wall_now() < midnight) {
            co_await alarm_.wait_until(midnight);  // which may return early
        }
    }
}

Task<std::size_t> ObjectLifecycle::sweep() {
    const auto buckets = co_await store_.buckets_with(kLifecycleSetting);
    std::size_t total = 0;
    if (buckets.has_error()) {
        log_.error("lifecycle_failed", {{"error", buckets.error().message()}});
        co_return total;
    }
    for (const std::string& bucket : *buckets) {
        if (stopping_) {
            break;
        }
        const auto removed = co_await sweep_bucket(bucket);
        if (removed.has_error()) {
            log_.error(
                "lifecycle_failed", {{"bucket", bucket}, {"error", removed.error().message()}}
            );
        } else {
            total += *removed;
        }
    }
    co_return total;
}

Task<Result<std::size_t>> ObjectLifecycle::sweep_bucket(std::string bucket) {
    auto reading = store_.setting(bucket, kLifecycleSetting);
    LAMBENT_CO_TRY(const auto text, co_await std::move(reading));
    if (!text) {
        co_return std::size_t{0};
    }
    const std::vector<LifecycleRule> rules = decode_lifecycle(*text);
    LAMBENT_CO_TRY(const std::size_t versions, co_await sweep_versions(bucket, rules));
    LAMBENT_CO_TRY(const std::size_t uploads, co_await sweep_uploads(bucket, rules));
    co_return versions + uploads;
}

Task<Result<std::size_t>> ObjectLifecycle::sweep_versions(
    const std::string& bucket, const std::vector<LifecycleRule>& rules
) {
    LifecycleScan scan(rules, clock_.wall_now());
    VersionRequest request;
    request.bucket = bucket;
    std::size_t total = 0;
    for (;;) {
        LAMBENT_CO_TRY(const VersionPage page, co_await store_.versions(request));
        for (const VersionPage::Entry& entry : page.entries) {
            scan.see(entry);
        }
        const auto more = page.truncated ? LifecycleScan::More::kComes : LifecycleScan::More::kEnd;
        auto removing = remove(bucket, scan.take(more));
        LAMBENT_CO_TRY(const std::size_t removed, co_await std::move(removing));
        total += removed;
        if (!page.truncated || stopping_) {
            co_return total;
        }
        request.after_key = page.last_key;
        request.after_sequence = page.entries.back().object.sequence;
    }
}

Task<Result<std::size_t>> ObjectLifecycle::remove(
    const std::string& bucket, std::vector<LifecycleScan::Expired> expired
) {
    std::vector<RemovalEntry> entries;
    for (LifecycleScan::Expired& one : expired) {
        RemovalEntry entry;
        entry.key = std::move(one.path.key);
        entry.version = std::move(one.path.version);
        if (entry.version.empty()) {
            entry.condition.kind = WriteCondition::Kind::kUntouched;
            entry.condition.modified = one.modified;
        }
        entries.push_back(std::move(entry));
    }
    if (entries.empty()) {
        co_return std::size_t{0};
    }
    auto removing =
        store_.remove_all(bucket, std::move(entries), expiry(), Removal::By::kLifecycle);
    LAMBENT_CO_TRY(const auto outcomes, co_await std::move(removing));
    std::size_t removed = 0;
    for (const Result<Removed>& outcome : outcomes) {
        removed += outcome.has_value() && outcome->what != Removed::What::kNothing ? 1 : 0;
    }
    co_return removed;
}

Task<Result<std::size_t>> ObjectLifecycle::sweep_uploads(
    const std::string& bucket, const std::vector<LifecycleRule>& rules
) {
    UploadQuery query;
    query.bucket = bucket;
    std::size_t total = 0;
    for (;;) {
        LAMBENT_CO_TRY(const UploadPage page, co_await store_.multipart().list(query));
        for (const MultipartUpload& upload : page.uploads) {
            const std::string& key = upload.object.key;
            if (!upload_expires(rules, key, upload.initiated, clock_.wall_now())) {
                continue;
            }
            auto aborting = store_.multipart().abort(bucket, key, upload.id);
            const Result<void> aborted = co_await std::move(aborting);
            total += aborted.has_value() ? 1 : 0;
        }
        if (!page.truncated || stopping_) {
            co_return total;
        }
        query.after_key = page.last_key;
        query.after_id = page.last_id;
    }
}

}  // namespace lambent::triggers
