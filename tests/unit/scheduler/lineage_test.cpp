#include "scheduler/lineage.h"

#include <catch2/catch.hpp>

using namespace lambent::scheduler;

namespace {

const std::string kRoot = "Root=1-5759e988-bd862e3fe1be46a994272793";
const std::string kFirst = "arn:aws:lambda:us-east-1:000000000000:function:first";
const std::string kSecond = "arn:aws:lambda:us-east-1:000000000000:function:second";

}  // namespace

TEST_CASE("A lineage begins with the first function", "[scheduler][lineage]") {
    const TraceStep step = step_into(kRoot + ";Parent=53995c3f42cd8ad8;Sampled=0", kFirst);
    CHECK(step.invocations == 1);
    CHECK_FALSE(step.is_loop());
    const std::string before = kRoot + ";Parent=53995c3f42cd8ad8;Sampled=0;Lineage=1:";
    REQUIRE(step.header.starts_with(before));
    CHECK(step.header.size() == before.size() + 10);
    CHECK(step.header.ends_with(":0"));
}

TEST_CASE("A lineage counts each function by itself", "[scheduler][lineage]") {
    std::string header = kRoot;
    for (std::uint32_t round = 1; round <= 5; ++round) {
        const TraceStep first = step_into(header, kFirst);
        CHECK(first.invocations == round);
        const TraceStep second = step_into(first.header, kSecond);
        CHECK(second.invocations == round);
        header = second.header;
    }
    CHECK(header.starts_with(kRoot + ";Lineage=1:"));
    CHECK(header.find('|') != std::string::npos);
}

TEST_CASE("The 17th invocation of a function in a chain is a loop", "[scheduler][lineage]") {
    std::string header = kRoot;
    for (std::uint32_t i = 0; i < kChainInvocationsMax; ++i) {
        const TraceStep step = step_into(header, kFirst);
        CHECK_FALSE(step.is_loop());
        header = step.header;
    }
    const TraceStep last = step_into(header, kFirst);
    CHECK(last.is_loop());
    CHECK(step_into(last.header, kFirst).is_loop());
    CHECK_FALSE(step_into(header, kSecond).is_loop());
}

TEST_CASE("A lineage that cannot be read counts as none", "[scheduler][lineage]") {
    for (const char* lineage :
         {"Lineage=",
          "Lineage=1:",
          "Lineage=1:xyz",
          "Lineage=1:a87bd80c:",
          "Lineage=1:a87bd80c:-1",
          "Lineage=1:a87bd80c:99999999999",
          "Lineage=1:a87bd80c:1|"}) {
        const TraceStep step = step_into(kRoot + ";" + lineage, kFirst);
        CHECK(step.invocations == 1);
        CHECK(step.header.find("99999999999") == std::string::npos);
    }
    CHECK(step_into("", kFirst).header.starts_with("Lineage=1:"));
    CHECK(step_into(";;", kFirst).invocations == 1);
}

TEST_CASE("A lineage keeps the latest functions of a long chain", "[scheduler][lineage]") {
    std::string header = step_into(kRoot, kFirst).header;
    for (int i = 0; i < 40; ++i) {
        header = step_into(header, kSecond + std::to_string(i)).header;
    }
    CHECK(header.size() < 300);
    CHECK(step_into(header, kSecond + "39").invocations == 2);
    CHECK(step_into(header, kFirst).invocations == 1);
}
