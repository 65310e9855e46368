#include "runtime/functions/function_row.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace lambent::runtime {
namespace {

using nlohmann::json;

std::string to_document(const Function& function) {
    const json document = {
        {"runtime", function.runtime},
        {"handler", function.handler},
        {"role", function.role},
        {"description", function.description},
        {"memory_mb", function.memory_mb},
        {"timeout_s", function.timeout_s},
        {"ephemeral_storage_mb", function.ephemeral_storage_mb},
        {"environment", function.environment},
        {"tags", function.tags},
        {"architecture", function.architecture},
        {"package_bytes", function.package_bytes},
        {"last_modified_ms", unix_ms(function.last_modified)},
        {"retry_attempts_max", function.retry_attempts_max},
        {"event_age_max_s", function.event_age_max_s},
    };
    return document.dump();
}

// A member that an older version did not write keeps its default.
template <class T>
void read(const json& document, const char* name, T& into) {
    const auto member = document.find(name);
    if (member != document.end()) {
        member->get_to(into);
    }
}

void from_document(const json& document, Function& function) {
    read(document, "runtime", function.runtime);
    read(document, "handler", function.handler);
    read(document, "role", function.role);
    read(document, "description", function.description);
    read(document, "memory_mb", function.memory_mb);
    read(document, "timeout_s", function.timeout_s);
    read(document, "ephemeral_storage_mb", function.ephemeral_storage_mb);
    read(document, "environment", function.environment);
    read(document, "tags", function.tags);
    read(document, "architecture", function.architecture);
    read(document, "package_bytes", function.package_bytes);
    read(document, "retry_attempts_max", function.retry_attempts_max);
    read(document, "event_age_max_s", function.event_age_max_s);
    std::int64_t modified_ms = 0;
    read(document, "last_modified_ms", modified_ms);
    function.last_modified = from_unix_ms(modified_ms);
}

Result<Function> from_row(const sql::Row& row) {
    Function function;
    function.name = sql::as_text(row[0]);
    function.revision_id = sql::as_text(row[1]);
    function.package_sha256 = sql::as_text(row[2]);
    try {
        from_document(json::parse(sql::as_text(row[3])), function);
    } catch (const json::exception& damage) {
        return Error(
            Code::kCorrupted,
            "function",
            "the stored function " + function.name + " cannot be read: " + damage.what()
        );
    }
    return function;
}

}  // namespace

std::vector<sql::Migration> function_migrations() {
    return {
        {"functions",
         1,
         "CREATE TABLE function("
         " name TEXT NOT NULL PRIMARY KEY,"
         " revision_id TEXT NOT NULL,"
         " package_sha256 TEXT NOT NULL,"
         " document TEXT NOT NULL)"}};
}

Result<std::vector<Function>> read_functions(sql::Session& session) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT name, revision_id, package_sha256, document FROM function")
    );
    std::vector<Function> functions;
    for (const sql::Row& row : found.rows) {
        LAMBENT_TRY(Function function, from_row(row));
        functions.push_back(std::move(function));
    }
    return functions;
}

Result<void> insert_function(sql::Session& session, const Function& function) {
    LAMBENT_TRY(session.run(
        "INSERT INTO function(name, revision_id, package_sha256, document)"
        " VALUES ($1, $2, $3, $4)",
        {function.name, function.revision_id, function.package_sha256, to_document(function)}
    ));
    return {};
}

Result<bool> replace_function(
    sql::Session& session, const Function& function, const std::string& revision
) {
    LAMBENT_TRY(
        const sql::Rows done,
        session.run(
            "UPDATE function SET revision_id = $2, package_sha256 = $3, document = $4"
            " WHERE name = $1 AND revision_id = $5",
            {function.name,
             function.revision_id,
             function.package_sha256,
             to_document(function),
             revision}
        )
    );
    return done.changed == 1;
}

Result<bool> delete_function(sql::Session& session, const std::string& name) {
    LAMBENT_TRY(const sql::Rows done, session.run("DELETE FROM function WHERE name = $1", {name}));
    return done.changed == 1;
}

}  // namespace lambent::runtime
