#include "triggers/gateway/jwt.h"

#include "base/files/content_hash.h"
#include "base/json_depth.h"

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

namespace lambent::triggers {
namespace {

using nlohmann::json;

constexpr std::size_t kTokenBytesMax = 16 * 1024;

template <class T, void (*Free)(T*)>
struct Freed {
    void operator()(T* held) const { Free(held); }
};
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM, OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX, EVP_MD_CTX_free>>;

bool from_base64_url(std::string_view text, std::string& bytes) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '-', '+');
    std::replace(plain.begin(), plain.end(), '_', '/');
    plain.append((4 - plain.size() % 4) % 4, '=');
    return text.find_first_of("+/=") == std::string_view::npos && from_base64(plain, bytes);
}

json object_in(std::string_view part) {
    std::string text;
    if (!from_base64_url(part, text)) {
        return json();
    }
    auto parsed = parse_shallow_json(text);
    return parsed && parsed->is_object() ? *std::move(parsed) : json();
}

std::string text_of(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

struct Token {
    json head;
    json claims;
    std::string signature;
    std::string_view covered;  // by the signature
};

std::optional<Token> parse_token(const std::string& text) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string::npos ? first : text.find('.', first + 1);
    if (text.size() > kTokenBytesMax || second == std::string::npos ||
        text.find('.', second + 1) != std::string::npos) {
        return std::nullopt;
    }
    const std::string_view view = text;
    Token token;
    token.head = object_in(view.substr(0, first));
    token.claims = object_in(view.substr(first + 1, second - first - 1));
    token.covered = view.substr(0, second);
    if (token.head.is_null() || token.claims.is_null() || token.head.contains("crit") ||
        !from_base64_url(view.substr(second + 1), token.signature)) {
        return std::nullopt;
    }
    return token;
}

const EVP_MD* digest_of(const std::string& algorithm) {
    if (algorithm == "RS256") {
        return EVP_sha256();
    }
    if (algorithm == "RS384") {
        return EVP_sha384();
    }
    return algorithm == "RS512" ? EVP_sha512() : nullptr;
}

Number number_of(const json& key, const char* name) {
    std::string bytes;
    if (!from_base64_url(text_of(key, name), bytes) || bytes.empty()) {
        return nullptr;
    }
    const auto* const start = reinterpret_cast<const unsigned char*>(bytes.data());
    return Number(BN_bin2bn(start, static_cast<int>(bytes.size()), nullptr));
}

Key public_key(const json& key) {
    const Number modulus = number_of(key, "n");
    const Number exponent = number_of(key, "e");
    const Builder builder(OSSL_PARAM_BLD_new());
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    if (!modulus || !exponent || !builder || !context ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
        return nullptr;
    }
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    EVP_PKEY* made = nullptr;
    if (!parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return nullptr;
    }
    return Key(made);
}

bool is_signed_with(const Token& token, const json& jwk) {
    const EVP_MD* const digest = digest_of(text_of(token.head, "alg"));
    const Key key = text_of(jwk, "kty") == "RSA" ? public_key(jwk) : nullptr;
    const DigestContext context(EVP_MD_CTX_new());
    if (digest == nullptr || !key || !context ||
        EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) != 1) {
        return false;
    }
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    return EVP_DigestVerify(
               context.get(),
               bytes(token.signature),
               token.signature.size(),
               bytes(token.covered),
               token.covered.size()
           ) == 1;
}

json key_named(const std::string& key_set, const std::string& id) {
    const auto set = parse_shallow_json(key_set);
    if (!set || !set->is_object()) {
        return json();
    }
    const auto keys = set->find("keys");
    if (keys != set->end() && keys->is_array()) {
        for (const json& key : *keys) {
            if (key.is_object() && text_of(key, "kid") == id) {
                return key;
            }
        }
    }
    return json();
}

// "aud", or "client_id" where there is none; one text or a list.
bool is_for(const json& claims, const std::vector<std::string>& audience) {
    const auto is_wanted = [&](const json& one) {
        return one.is_string() &&
               std::find(audience.begin(), audience.end(), one.get<std::string>()) !=
                   audience.end();
    };
    const json named =
        claims.contains("aud") ? claims.at("aud") : claims.value("client_id", json());
    return named.is_array() ? std::any_of(named.begin(), named.end(), is_wanted) : is_wanted(named);
}

bool is_good_at(const json& claims, std::int64_t seconds) {
    const auto time = [&](const char* name, std::int64_t otherwise) {
        const auto found = claims.find(name);
        return found != claims.end() && found->is_number() ? found->get<std::int64_t>() : otherwise;
    };
    return time("exp", 0) > seconds && time("nbf", seconds) <= seconds &&
           time("iat", seconds) <= seconds;
}

std::string as_text(const json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (!value.is_array()) {
        return value.dump(-1, ' ', false, json::error_handler_t::replace);
    }
    std::string list;
    for (const json& item : value) {
        list += (list.empty() ? "" : " ") + as_text(item);
    }
    return "[" + list + "]";
}

std::vector<std::string> scopes_of(const json& claims) {
    const json said = claims.contains("scope") ? claims.at("scope") : claims.value("scp", json());
    std::vector<std::string> scopes;
    if (said.is_array()) {
        for (const json& scope : said) {
            scopes.push_back(as_text(scope));
        }
    } else if (said.is_string()) {
        const std::string text = said.get<std::string>();
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find(' ', at), text.size());
            if (end > at) {
                scopes.push_back(text.substr(at, end - at));
            }
            at = end + 1;
        }
    }
    return scopes;
}

}  // namespace

std::optional<std::string> jwt_key_id(const std::string& token) {
    const auto parsed = parse_token(token);
    if (!parsed || digest_of(text_of(parsed->head, "alg")) == nullptr) {
        return std::nullopt;
    }
    return text_of(parsed->head, "kid");
}

bool has_jwt_key(const std::string& key_set, const std::string& key_id) {
    return !key_named(key_set, key_id).is_null();
}

std::optional<JwtClaims> jwt_claims(
    const std::string& token, const std::string& key_set, const JwtRules& rules, WallTime now
) {
    const auto parsed = parse_token(token);
    if (!parsed) {
        return std::nullopt;
    }
    const json key = key_named(key_set, text_of(parsed->head, "kid"));
    const json& claims = parsed->claims;
    if (key.is_null() || !is_signed_with(*parsed, key) || text_of(claims, "iss") != rules.issuer ||
        !is_for(claims, rules.audience) || !is_good_at(claims, unix_ms(now) / 1000)) {
        return std::nullopt;
    }
    JwtClaims found;
    json document = json::object();
    for (const auto& [name, value] : claims.items()) {
        document[name] = as_text(value);
    }
    found.document = document.dump(-1, ' ', false, json::error_handler_t::replace);
    found.scopes = scopes_of(claims);
    return found;
}

}  // namespace lambent::triggers
