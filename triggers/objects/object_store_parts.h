#pragma once

#include "triggers/objects/multipart_uploads.h"
#include "triggers/objects/object_shelf.h"
#include "triggers/objects/object_store.h"

#include <memory>
#include <utility>

namespace lambent::triggers {

// What the bodies of the object store share.
struct ObjectStore::Parts {
    ObjectShelf shelf;
    MultipartUploads multipart{shelf};
};

// Reads on another thread: `query` makes, of a session, the value that both sides hold.
template <class T, class Query>
Task<Result<T>> read_rows(sql::Driver& driver, Query query) {
    auto value = std::make_shared<T>();
    sql::Work work = [value, query = std::move(query)](sql::Session& session) -> Result<void> {
        LAMBENT_TRY(*value, query(session));
        return {};
    };
    LAMBENT_CO_TRY(co_await driver.read(std::move(work)));
    co_return std::move(*value);
}

}  // namespace lambent::triggers
