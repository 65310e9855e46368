#include "triggers/http/function_url_row.h"

#include <nlohmann/json.hpp>

namespace lambent::triggers {

const char kFunctionUrlSchema[] = R"(
CREATE TABLE function_url (
    function TEXT NOT NULL,
    alias TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    modified_ms BIGINT NOT NULL,
    auth TEXT NOT NULL,
    mode TEXT NOT NULL,
    cors TEXT NOT NULL,
    PRIMARY KEY (function, alias)
)
)";

namespace {

using nlohmann::json;

std::string to_document(const std::optional<CorsRules>& cors) {
    if (!cors) {
        return "";
    }
    json document;
    document["credentials"] = cors->allow_credentials;
    document["origins"] = cors->allow_origins;
    document["methods"] = cors->allow_methods;
    document["headers"] = cors->allow_headers;
    document["exposed"] = cors->expose_headers;
    if (cors->max_age_s) {
        document["max_age_s"] = *cors->max_age_s;
    }
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::optional<CorsRules>> to_cors(const std::string& text) {
    if (text.empty()) {
        return std::optional<CorsRules>();
    }
    try {
        const json document = json::parse(text);
        CorsRules cors;
        document.at("credentials").get_to(cors.allow_credentials);
        document.at("origins").get_to(cors.allow_origins);
        document.at("methods").get_to(cors.allow_methods);
        document.at("headers").get_to(cors.allow_headers);
        document.at("exposed").get_to(cors.expose_headers);
        if (document.contains("max_age_s")) {
            cors.max_age_s = document.at("max_age_s").get<std::int64_t>();
        }
        return std::optional(std::move(cors));
    } catch (const json::exception& e) {
        return Error(Code::kCorrupted, std::string("the rules of a function's URL: ") + e.what());
    }
}

}  // namespace

Result<std::vector<FunctionUrl>> read_function_urls(sql::Session& session) {
    LAMBENT_TRY(
        const sql::Rows found,
        session.run("SELECT function, alias, id, created_ms, modified_ms, auth, mode, cors"
                    " FROM function_url")
    );
    std::vector<FunctionUrl> urls;
    for (const sql::Row& row : found.rows) {
        FunctionUrl url;
        url.function = sql::as_text(row[0]);
        url.alias = sql::as_text(row[1]);
        url.id = sql::as_text(row[2]);
        url.created_ms = sql::as_int(row[3]);
        url.modified_ms = sql::as_int(row[4]);
        url.auth =
            sql::as_text(row[5]) == "none" ? FunctionUrl::Auth::kNone : FunctionUrl::Auth::kIam;
        url.mode = sql::as_text(row[6]) == "streamed" ? FunctionUrl::Mode::kStreamed
                                                      : FunctionUrl::Mode::kBuffered;
        LAMBENT_TRY(url.cors, to_cors(sql::as_text(row[7])));
        urls.push_back(std::move(url));
    }
    return urls;
}

Result<void> insert_function_url(sql::Session& session, const FunctionUrl& url) {
    const bool is_open = url.auth == FunctionUrl::Auth::kNone;
    const bool is_streamed = url.mode == FunctionUrl::Mode::kStreamed;
    LAMBENT_TRY(session.run(
        "INSERT INTO function_url (function, alias, id, created_ms, modified_ms, auth, mode, cors)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {url.function,
         url.alias,
         url.id,
         url.created_ms,
         url.modified_ms,
         std::string(is_open ? "none" : "iam"),
         std::string(is_streamed ? "streamed" : "buffered"),
         to_document(url.cors)}
    ));
    return {};
}

Result<bool> erase_function_url(
    sql::Session& session, const std::string& function, const std::string& alias
) {
    LAMBENT_TRY(
        const sql::Rows done,
        session.run(
            "DELETE FROM function_url WHERE function = $1 AND alias = $2", {function, alias}
        )
    );
    return done.changed == 1;
}

}  // namespace lambent::triggers
