#include "base/files/content_hash.h"
#include "triggers/gateway/jwt.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <memory>

using namespace lambent;
using namespace lambent::triggers;
using nlohmann::json;

namespace {

const WallTime kNow = from_unix_ms(1'000'000'000);

std::string base64_url(const std::string& bytes) {
    std::string text = to_base64(bytes);
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    while (text.ends_with('=')) {
        text.pop_back();
    }
    return text;
}

// An issuer with one key.
class Issuer {
  public:
    Issuer() : key_(EVP_RSA_gen(2048), EVP_PKEY_free) {}

    std::string number(const char* name) const {
        BIGNUM* value = nullptr;
        REQUIRE(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
        std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
        BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
        BN_free(value);
        return base64_url(bytes);
    }
    std::string key_set() const {
        return json{{"keys",
                     {{{"kty", "RSA"},
                       {"kid", "k1"},
                       {"n", number(OSSL_PKEY_PARAM_RSA_N)},
                       {"e", number(OSSL_PKEY_PARAM_RSA_E)}}}}}
            .dump();
    }
    std::string sign(const json& claims, const json& changed_head = json::object()) const {
        json head{{"alg", "RS256"}, {"kid", "k1"}};
        head.merge_patch(changed_head);
        const std::string text = base64_url(head.dump()) + "." + base64_url(claims.dump());
        const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(
            EVP_MD_CTX_new(), EVP_MD_CTX_free
        );
        std::string signature(512, '\0');
        std::size_t size = signature.size();
        const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
        auto* const into = reinterpret_cast<unsigned char*>(signature.data());
        REQUIRE(EVP_DigestSign(context.get(), into, &size, bytes, text.size()) == 1);
        signature.resize(size);
        return text + "." + base64_url(signature);
    }

  private:
    std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

const Issuer& issuer() {
    static const Issuer kIssuer;
    return kIssuer;
}

json claims_with(const json& changes = json::object()) {
    json claims{{"iss", "https://i.example"}, {"aud", "shop"}, {"exp", 1'000'060}, {"sub", "ada"}};
    claims.merge_patch(changes);
    return claims;
}

std::optional<JwtClaims> check(const std::string& token) {
    return jwt_claims(token, issuer().key_set(), {"https://i.example", {"web", "shop"}}, kNow);
}

}  // namespace

TEST_CASE("A token tells who calls", "[triggers][jwt]") {
    const std::string token = issuer().sign(claims_with(
        {{"scope", "read write"}, {"groups", {"a", "b"}}, {"admin", true}, {"nbf", 999'999}}
    ));
    CHECK(jwt_key_id(token) == "k1");
    const auto claims = check(token);
    REQUIRE(claims);
    CHECK(claims->scopes == std::vector<std::string>{"read", "write"});
    const json said = json::parse(claims->document);
    CHECK(said.at("sub") == "ada");
    CHECK(said.at("exp") == "1000060");
    CHECK(said.at("groups") == "[a b]");
    CHECK(said.at("admin") == "true");
}

TEST_CASE("A token is for one of the audience", "[triggers][jwt]") {
    CHECK(check(issuer().sign(claims_with({{"aud", {"other", "web"}}}))));
    CHECK(check(issuer().sign(claims_with({{"aud", nullptr}, {"client_id", "shop"}}))));
    CHECK_FALSE(check(issuer().sign(claims_with({{"aud", "other"}, {"client_id", "shop"}}))));
    CHECK_FALSE(check(issuer().sign(claims_with({{"aud", nullptr}}))));
}

TEST_CASE("A token that claims wrongly is refused", "[triggers][jwt]") {
    const auto wrong = GENERATE(
        json{{"exp", 1'000'000}},
        json{{"exp", nullptr}},
        json{{"exp", "1000060"}},
        json{{"nbf", 1'000'001}},
        json{{"iat", 1'000'001}},
        json{{"iss", "https://evil.example"}},
        json{{"iss", nullptr}}
    );
    CAPTURE(wrong.dump());
    CHECK_FALSE(check(issuer().sign(claims_with(wrong))));
}

TEST_CASE("Tokens and key sets that are nested too deep are refused", "[triggers][jwt]") {
    json deep;
    for (int i = 0; i < 200; ++i) {
        deep = json::array({std::move(deep)});
    }
    CHECK_FALSE(check(issuer().sign(claims_with({{"deep", deep}}))));
    const std::string nest = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    CHECK(has_jwt_key(R"({"keys":[{"kid":"k1","x":[]}]})", "k1"));
    CHECK_FALSE(has_jwt_key(R"({"keys":[{"kid":"k1","x":)" + nest + "}]}", "k1"));
}

TEST_CASE("A token that is signed wrongly is refused", "[triggers][jwt]") {
    const std::string good = issuer().sign(claims_with());
    REQUIRE(check(good));
    const std::size_t dot = good.find('.');
    const std::string forged = base64_url(claims_with({{"sub", "eve"}}).dump());
    CHECK_FALSE(check(good.substr(0, dot + 1) + forged + good.substr(good.rfind('.'))));
    CHECK_FALSE(check(Issuer().sign(claims_with())));
    CHECK_FALSE(check(issuer().sign(claims_with(), {{"kid", "k2"}})));
    CHECK_FALSE(check(issuer().sign(claims_with(), {{"alg", "RS512"}})));
    CHECK_FALSE(check(issuer().sign(claims_with(), {{"crit", {"x"}}})));
    const std::string unsigned_head = base64_url(R"({"alg":"none","kid":"k1"})");
    CHECK_FALSE(jwt_key_id(unsigned_head + good.substr(dot)));
    CHECK_FALSE(check(unsigned_head + good.substr(dot, good.rfind('.') + 1 - dot)));
    CHECK_FALSE(jwt_key_id(issuer().sign(claims_with(), {{"alg", "HS256"}})));
}

TEST_CASE("What is no token is refused", "[triggers][jwt]") {
    const auto text = GENERATE(
        as<std::string>{},
        "",
        "a",
        "a.b",
        "a.b.c",
        "..",
        "e30.e30.",
        "e30.e30.e30.e30",
        "W10.W10.W10"
    );
    CHECK_FALSE(jwt_key_id(text));
    CHECK_FALSE(check(text));
    CHECK_FALSE(jwt_key_id(std::string(100'000, 'a') + ".b.c"));
    const std::string good = issuer().sign(claims_with());
    for (const char* keys :
         {"",
          "[]",
          "{}",
          R"({"keys":{}})",
          R"({"keys":[1]})",
          R"({"keys":[{"kid":"k1","kty":"RSA"}]})",
          R"({"keys":[{"kid":"k1","kty":"RSA","n":"","e":"AQAB"}]})"}) {
        CHECK_FALSE(jwt_claims(good, keys, {"https://i.example", {"shop"}}, kNow));
    }
}
