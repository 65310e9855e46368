#include "tests/contract/trigger_world.h"
#include "triggers/objects/multipart_uploads.h"

#include <utility>

// What clients do to a TriggerLife, and what they remember of it.
namespace lambent::tests {
namespace {

triggers::ObjectInfo object_at(const std::string& bucket, const std::string& key) {
    triggers::ObjectInfo info;
    info.bucket = bucket;
    info.key = key;
    info.content_type = "text/plain";
    return info;
}

std::string joined(const char* event, const std::string& bucket, const std::string& key) {
    return std::string(event) + "|" + bucket + "|" + key;
}

}  // namespace

void TriggerLife::be_used(const std::string& name) {
    TaskScope& clients = async_.clients();
    for (int i = 0; i < 3; ++i) {
        const std::string own = name + "-" + std::to_string(i);
        clients.spawn("objects", objects_client(own, TimeHold(async_.clock())));
        clients.spawn("versions", versions_client(own, TimeHold(async_.clock())));
        clients.spawn("queue", queue_client(own, TimeHold(async_.clock())));
        clients.spawn("schedule", schedule_client(own, TimeHold(async_.clock())));
    }
}

// --- Objects

Task<> TriggerLife::objects_client(std::string name, TimeHold /*hold*/) {
    const std::string told_key = "q/" + name;
    co_await put(kPlain, told_key, 1);
    co_await put(kPlain, told_key, 2);
    co_await put(kPlain, "f/" + name, 3);
    co_await put_in_parts(kPlain, "q/parts-" + name, 4);
    co_await remove(kPlain, told_key, "ObjectRemoved:Delete");
    co_await put(kPlain, "q/last-" + name, 5);
}

Task<> TriggerLife::versions_client(std::string name, TimeHold /*hold*/) {
    co_await put(kVersioned, name, 6);
    co_await put(kVersioned, name, 7);
    co_await put(kVersioned, "hidden-" + name, 8);
    co_await remove(kVersioned, "hidden-" + name, "ObjectRemoved:DeleteMarkerCreated");
}

// Whether it was acknowledged; before the answer both what was and what will be may be there.
bool TriggerLife::settle(
    const std::string& name, int number, bool acknowledged, const std::string& event
) {
    if (acknowledged) {
        outside_.objects[name] = {number};
        outside_.events.insert(event);
        outside_.acknowledged += 1;
    }
    return acknowledged;
}

Task<bool> TriggerLife::put(std::string bucket, std::string key, int number) {
    std::set<int>& possible = outside_.objects[bucket + "/" + key];
    possible.insert(possible.empty() ? 0 : number);
    possible.insert(number);
    triggers::ObjectInfo info = object_at(bucket, key);
    const Result<triggers::ObjectInfo> done = co_await upload(std::move(info), number);
    const std::string event = joined("ObjectCreated:Put", bucket, key);
    co_return settle(bucket + "/" + key, number, done.has_value(), event);
}

Task<Result<triggers::ObjectInfo>> TriggerLife::upload(triggers::ObjectInfo info, int number) {
    LAMBENT_CO_TRY(auto arriving, co_await objects_->begin_upload(info.bucket));
    std::string bytes = TriggerOutside::content(number);
    LAMBENT_CO_TRY(co_await arriving->write(std::move(bytes)));
    triggers::Cause cause;
    auto committing = objects_->commit(
        std::move(arriving), std::move(info), triggers::ObjectEventKind::kCreatedPut, cause
    );
    co_return co_await std::move(committing);
}

Task<bool> TriggerLife::put_in_parts(std::string bucket, std::string key, int number) {
    outside_.objects[bucket + "/" + key] = {0, number};
    triggers::ObjectInfo info = object_at(bucket, key);
    const Result<triggers::ObjectInfo> done = co_await upload_in_parts(std::move(info), number);
    const std::string event = joined("ObjectCreated:CompleteMultipartUpload", bucket, key);
    co_return settle(bucket + "/" + key, number, done.has_value(), event);
}

Task<Result<triggers::ObjectInfo>> TriggerLife::upload_in_parts(
    triggers::ObjectInfo info, int number
) {
    triggers::MultipartUploads& uploads = objects_->multipart();
    const std::string bucket = info.bucket;
    auto creating = uploads.create(std::move(info), triggers::ChecksumScope::kComposite);
    LAMBENT_CO_TRY(triggers::MultipartUpload target, co_await std::move(creating));
    std::vector<triggers::PartChoice> choices;
    for (int attempt = 0; attempt < 2; ++attempt) {  // the first one is replaced
        LAMBENT_CO_TRY(auto arriving, co_await objects_->begin_upload(bucket));
        std::string bytes = TriggerOutside::content(number + 1 - attempt);
        LAMBENT_CO_TRY(co_await arriving->write(std::move(bytes)));
        auto putting = uploads.put_part(target, 1, std::move(arriving));
        LAMBENT_CO_TRY(const triggers::UploadPart part, co_await std::move(putting));
        choices.assign(1, triggers::PartChoice{1, part.etag, ""});
    }
    triggers::Cause cause;
    auto completing = uploads.complete(std::move(target), std::move(choices), cause);
    co_return co_await std::move(completing);
}

Task<bool> TriggerLife::remove(std::string bucket, std::string key, std::string event) {
    std::set<int>& possible = outside_.objects[bucket + "/" + key];
    const bool had_one = possible.size() == 1 && !possible.contains(0);
    possible.insert(0);
    triggers::Cause cause;
    triggers::ObjectPath path{bucket, key, ""};
    auto removing = objects_->remove(std::move(path), cause);
    const auto removed = co_await std::move(removing);
    if (removed.has_value()) {
        outside_.objects[bucket + "/" + key] = {0};
        outside_.acknowledged += 1;
        // Of what perhaps was not there nobody needs to be told.
        if (had_one) {
            outside_.events.insert(joined(event.c_str(), bucket, key));
        }
    }
    co_return removed.has_value();
}

// --- Messages

Task<> TriggerLife::queue_client(std::string name, TimeHold /*hold*/) {
    for (int i = 0; i < 4; ++i) {
        const std::string id = name + "-" + std::to_string(i);
        triggers::NewMessage message;
        message.body = id + " " + std::string(i % 2 == 0 ? 100 : 2'000, 'x');
        message.idempotence_key = id;
        const auto sent = co_await queues_->send("jobs", std::move(message));
        if (sent.has_value()) {
            outside_.sent.insert(id);
            outside_.acknowledged += 1;
        }
    }
    for (int i = 0; i < 4; ++i) {
        triggers::ReceiveOptions options;
        options.wait_s = 0;
        options.count_max = 3;
        const auto received = co_await queues_->receive("jobs", std::move(options));
        if (received.has_error() || received->empty()) {
            continue;
        }
        const triggers::ReceivedMessage& first = received->front();
        const std::string id = first.body.substr(0, first.body.find(' '));
        outside_.deleting.insert(id);
        const auto removed = co_await queues_->remove_message("jobs", first.receipt_handle);
        if (removed.has_value()) {
            outside_.deleted.insert(id);
            outside_.acknowledged += 1;
        }
    }
}

// --- Ticks

Task<> TriggerLife::schedule_client(std::string name, TimeHold /*hold*/) {
    constexpr std::int64_t kMinuteMs = 60'000;
    triggers::Schedule wanted;
    wanted.name = name;
    wanted.expression = "rate(1 minute)";
    wanted.end_ms = unix_ms(async_.now()) + (TriggerOutside::kTicks - 1) * kMinuteMs + 1'000;
    wanted.delete_after = true;
    wanted.target.arn = Outside::kTold;
    wanted.target.input =
        "tick " + name + " <aws.scheduler.scheduled-time> <aws.scheduler.execution-id>";
    outside_.schedules[name] = false;
    const Result<void> created = co_await schedules_->create(std::move(wanted));
    outside_.schedules[name] = created.has_value();
    outside_.acknowledged += created.has_value() ? 1 : 0;
}

}  // namespace lambent::tests
