#include "runtime/functions/function_row.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace lambent::runtime {
namespace {

using nlohmann::json;

constexpr char kVersionSchema[] = R"(
CREATE TABLE function_version (
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision_id TEXT NOT NULL,
    package_sha256 TEXT NOT NULL,
    document TEXT NOT NULL,
    from_revision TEXT NOT NULL,
    PRIMARY KEY (name, version)
);
CREATE TABLE function_version_count (
    name TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
CREATE TABLE function_alias (
    function TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    description TEXT NOT NULL,
    revision_id TEXT NOT NULL,
    split_version TEXT NOT NULL,
    split_weight DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (function, name)
)
)";

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
        {"dead_letter_arn", function.dead_letter_arn},
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
    read(document, "dead_letter_arn", function.dead_letter_arn);
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
         " document TEXT NOT NULL)"},
        {"functions", 2, kVersionSchema}};
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
    LAMBENT_TRY(session.run("DELETE FROM function_version WHERE name = $1", {name}));
    LAMBENT_TRY(session.run("DELETE FROM function_version_count WHERE name = $1", {name}));
    LAMBENT_TRY(session.run("DELETE FROM function_alias WHERE function = $1", {name}));
    return done.changed == 1;
}

// --- Versions

std::optional<std::uint64_t> version_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size();
    return is_number && number > 0 && text.front() != '0' ? std::optional(number) : std::nullopt;
}

Result<std::vector<Function>> read_versions(sql::Session& session) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run(
            "SELECT name, revision_id, package_sha256, document, version FROM function_version"
        )
    );
    std::vector<Function> functions;
    for (const sql::Row& row : found.rows) {
        LAMBENT_TRY(Function function, from_row(row));
        function.published_key = version_key(function.name, std::to_string(sql::as_int(row[4])));
        functions.push_back(std::move(function));
    }
    return functions;
}

namespace {

// The number after the last one given, which may have been deleted since.
Result<std::int64_t> next_version(sql::Session& session, const std::string& name) {
    LAMBENT_TRY(session.run(
        "INSERT INTO function_version_count(name, last) VALUES ($1, 1)"
        " ON CONFLICT (name) DO UPDATE SET last = function_version_count.last + 1",
        {name}
    ));
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT last FROM function_version_count WHERE name = $1", {name})
    );
    return sql::as_int(found.rows.at(0)[0]);
}

Result<void> check_publishable(
    sql::Session& session, const std::string& name, const std::string& revision
) {
    LAMBENT_TRY(
        const sql::Rows latest,
        session.run("SELECT revision_id FROM function WHERE name = $1", {name})
    );
    if (latest.rows.empty()) {
        return Error(Code::kNotFound, "function", "Function not found: " + name);
    }
    if (sql::as_text(latest.rows[0][0]) != revision) {
        return Error(
            Code::kConflict,
            "function",
            "The operation cannot be performed at this time. An update is in progress for "
            "resource: " +
                name
        );
    }
    LAMBENT_TRY(
        const sql::Rows last,
        session.run(
            "SELECT from_revision FROM function_version WHERE name = $1"
            " ORDER BY version DESC LIMIT 1",
            {name}
        )
    );
    if (!last.rows.empty() && sql::as_text(last.rows[0][0]) == revision) {
        return Error(Code::kConflict, "published", "This revision is published already.");
    }
    return {};
}

}  // namespace

Result<void> insert_version(
    sql::Session& session, Function& snapshot, const std::string& revision
) {
    LAMBENT_TRY(check_publishable(session, snapshot.name, revision));
    LAMBENT_TRY(const std::int64_t version, next_version(session, snapshot.name));
    snapshot.published_key = version_key(snapshot.name, std::to_string(version));
    LAMBENT_TRY(session.run(
        "INSERT INTO function_version(name, version, revision_id, package_sha256, document,"
        " from_revision) VALUES ($1, $2, $3, $4, $5, $6)",
        {snapshot.name,
         version,
         snapshot.revision_id,
         snapshot.package_sha256,
         to_document(snapshot),
         revision}
    ));
    return {};
}

Result<void> delete_version(sql::Session& session, const std::string& name, std::int64_t version) {
    LAMBENT_TRY(session.run(
        "DELETE FROM function_version WHERE name = $1 AND version = $2", {name, version}
    ));
    return {};
}

bool same_code_and_settings(const Function& version, const Function& latest) {
    Function published = version;
    published.published_key.clear();
    published.description = latest.description;
    published.tags = latest.tags;
    published.last_modified = latest.last_modified;
    return published.package_sha256 == latest.package_sha256 &&
           to_document(published) == to_document(latest);
}

}  // namespace lambent::runtime
