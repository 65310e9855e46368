// The half of the object store that deals with buckets and what is configured about them.
#include "triggers/objects/bucket_name.h"
#include "triggers/objects/notification_match.h"
#include "triggers/objects/object_store_parts.h"

#include <utility>

namespace lambent::triggers {

Task<Result<void>> ObjectStore::create_bucket(std::string name) {
    if (!is_bucket_name(name)) {
        co_return Error(Code::kInvalidArgument, "bucket_name", "not a name for a bucket");
    }
    const Bucket bucket{std::move(name), parts_->shelf.now()};
    ObjectShelf::Work work = [bucket](ObjectChange& change) {
        return change.buckets().insert(bucket);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<void>> ObjectStore::delete_bucket(std::string name) {
    ObjectShelf::Work work = [name](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.buckets().find(name));
        LAMBENT_TRY(const bool holds_some, change.objects().holds_anything(name));
        if (holds_some) {
            return Error(Code::kConflict, "bucket_not_empty", "the bucket is not empty");
        }
        LAMBENT_TRY(MultipartUploads::drop_all(change, name));
        return change.buckets().erase(name);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<Bucket>> ObjectStore::bucket(std::string name) {
    auto query = [name](sql::Session& session) {
        return SqlBucketRepository(session).find(name);
    };
    co_return co_await read_rows<Bucket>(parts_->shelf.driver(), std::move(query));
}

Task<Result<std::vector<Bucket>>> ObjectStore::buckets() {
    auto query = [](sql::Session& session) {
        return SqlBucketRepository(session).all();
    };
    co_return co_await read_rows<std::vector<Bucket>>(parts_->shelf.driver(), std::move(query));
}

Task<Result<void>> ObjectStore::set_versioning(std::string bucket, Versioning versioning) {
    ObjectShelf::Work work = [bucket, versioning](ObjectChange& change) {
        return change.buckets().set_versioning(bucket, versioning);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<void>> ObjectStore::set_notifications(
    std::string bucket, std::vector<NotificationRule> rules
) {
    LAMBENT_CO_TRY(check_rules(rules));
    ObjectShelf::Work work = [bucket, rules = std::move(rules)](ObjectChange& change) {
        return change.buckets().set_rules(bucket, rules);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<std::vector<NotificationRule>>> ObjectStore::notifications(std::string bucket) {
    auto query = [bucket](sql::Session& session) {
        return SqlBucketRepository(session).rules(bucket);
    };
    co_return co_await read_rows<std::vector<NotificationRule>>(
        parts_->shelf.driver(), std::move(query)
    );
}

Task<Result<std::optional<std::string>>> ObjectStore::setting(
    std::string bucket, std::string name
) {
    auto query = [bucket, name](sql::Session& session) -> Result<std::optional<std::string>> {
        SqlBucketRepository buckets(session);
        LAMBENT_TRY(buckets.find(bucket));
        return buckets.setting(bucket, name);
    };
    co_return co_await read_rows<std::optional<std::string>>(
        parts_->shelf.driver(), std::move(query)
    );
}

Task<Result<void>> ObjectStore::set_setting(
    std::string bucket, std::string name, std::string content
) {
    ObjectShelf::Work work = [bucket, name, content](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.buckets().find(bucket));
        return change.buckets().set_setting(bucket, name, content);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<void>> ObjectStore::erase_setting(std::string bucket, std::string name) {
    ObjectShelf::Work work = [bucket, name](ObjectChange& change) -> Result<void> {
        LAMBENT_TRY(change.buckets().find(bucket));
        return change.buckets().erase_setting(bucket, name);
    };
    co_return co_await parts_->shelf.change(std::move(work));
}

Task<Result<std::vector<std::string>>> ObjectStore::buckets_with(std::string setting) {
    auto query = [setting](sql::Session& session) {
        return SqlBucketRepository(session).buckets_with(setting);
    };
    co_return co_await read_rows<std::vector<std::string>>(
        parts_->shelf.driver(), std::move(query)
    );
}

}  // namespace lambent::triggers
