#include "triggers/objects/object_shelf.h"

#include "base/failpoint.h"
#include "base/files/content_hash.h"

#include <utility>

namespace lambent::triggers {
namespace {

// What a transaction leaves for after its commit. Shared by the closure, which runs on another
// thread, and the flow that waits for it.
struct Aftermath {
    std::vector<std::string> unused;
    ObjectChange::Raised raised;
};

}  // namespace

ObjectShelf::ObjectShelf(std::string directory, const ObjectStore::Ports& ports)
    : blobs_(std::move(directory)), ports_(ports), checks_(blobs_, ports.workers) {}

Task<Result<void>> ObjectShelf::change(Work work) {
    auto aftermath = std::make_shared<Aftermath>();
    const ObjectChange::Tools tools{ports_.events, ports_.outbox, ports_.writer, now()};
    sql::Work transaction = [aftermath, tools, work = std::move(work)](sql::Session& session
                            ) -> Result<void> {
        ObjectChange change(session, tools);
        LAMBENT_TRY(work(change));
        LAMBENT_TRY(aftermath->unused, change.unused_blobs());
        aftermath->raised = change.raised();
        return {};
    };
    failpoint("object.change.begun");
    LAMBENT_CO_TRY(co_await ports_.driver.write(std::move(transaction)));
    failpoint("object.change.committed");
    if (aftermath->raised.invocations) {
        ports_.events.wake();
    }
    if (aftermath->raised.messages) {
        ports_.outbox.wake();
    }
    co_await discard(std::move(aftermath->unused));
    co_return Result<void>();
}

Task<Result<void>> ObjectShelf::publish_and_change(std::unique_ptr<FileUpload> upload, Work work) {
    LAMBENT_CO_TRY(const UploadDigests digests, co_await upload->finish());
    const std::string blob = to_hex(digests.sha256);
    BlobPins::Pin pin = co_await pins_.pin(blob);
    Result<void> outcome = co_await upload->publish();
    failpoint("object.publish.ended");
    if (outcome.has_value()) {
        outcome = co_await change(std::move(work));
    }
    if (pins_.unpin(std::move(pin))) {
        std::vector<std::string> unwanted{blob};
        co_await discard(std::move(unwanted));
    }
    if (outcome.has_error()) {
        co_await discard_unless_used(blob);
    }
    co_return outcome;
}

Task<> ObjectShelf::discard(std::vector<std::string> blobs) {
    for (const std::string& blob : blobs) {
        for (bool mine = pins_.begin_removal(blob); mine; mine = pins_.end_removal(blob)) {
            co_await remove_unless_used(blob);
        }
    }
}

// Looks at the rows once more now that no upload can bring the blob back: one that was pinned at
// the time of the transaction may have committed since. A blob that stays after a failure here is
// no harm: collect() finds it at the next start.
Task<> ObjectShelf::remove_unless_used(std::string blob) {
    auto used = std::make_shared<bool>(true);
    sql::Work look = [used, blob](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*used, SqlObjectRepository(session).is_used(blob));
        return {};
    };
    const Result<void> looked = co_await ports_.driver.read(std::move(look));
    if (looked.has_error() || *used) {
        co_return;
    }
    auto job = [store = blobs_, blob] {
        return store.remove(blob);
    };
    failpoint("object.discard.begun");
    static_cast<void>(co_await offload(ports_.workers, std::move(job)));
    failpoint("object.discard.done");
}

Task<> ObjectShelf::discard_unless_used(std::string blob) {
    Work nothing = [blob](ObjectChange& change) -> Result<void> {
        change.release(blob);
        return {};
    };
    static_cast<void>(co_await change(std::move(nothing)));
}

}  // namespace lambent::triggers
