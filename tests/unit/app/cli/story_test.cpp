#include "app/cli/demo/story.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace lambent::cli {
namespace {

ShownInvocation shown(bool cold) {
    ShownInvocation one;
    one.photograph = cold ? "Aqua.jpg" : "Blinds.jpg";
    one.record.request_id = "8f5cc1d2-0000-4000-8000-000000000000";
    one.record.cold = cold;
    one.record.outcome = "success";
    one.record.phases = cold ? PhaseTimes{300, 10, 600, 1'090, 20'000, 0, 38'000, 39'800, 120, 80}
                             : PhaseTimes{200, 10, 0, 0, 0, 0, 0, 39'670, 90, 30};
    one.record.billed_ms = cold ? 98 : 40;
    one.record.memory_mb = 1'769;
    one.record.memory_peak_bytes = 80ULL << 20;
    one.record.cost_usd = 0.0000028;
    one.record.log_stream = "stream";
    one.report_line =
        "REPORT RequestId: 8f5cc1d2-0000-4000-8000-000000000000\tDuration: 39.92 ms\t"
        "Billed Duration: 98 ms\tMemory Size: 1769 MB\tMax Memory Used: 80 MB\t" +
        std::string(cold ? "Init Duration: 58.00 ms\t" : "");
    one.upload_to_thumbnail = std::chrono::microseconds(cold ? 104'000 : 43'210);
    return one;
}

LanguageResult result_of(std::size_t thumbnails) {
    LanguageResult result;
    result.language = {"Python + Pillow", "python"};
    result.function.settings.name = "image-resize-python";
    result.function.settings.runtime = "python3.11";
    result.function.settings.memory_mb = 1'769;
    result.function.code_bytes = 1'100;
    result.deploy_time = std::chrono::milliseconds(212);
    result.cold = shown(true);
    result.warm = shown(false);
    result.records = {result.cold->record, result.warm->record};
    for (std::size_t i = 0; i < thumbnails; ++i) {
        Thumbnail thumbnail;
        thumbnail.name = i == 0 ? "Aqua.jpg" : "Blinds.jpg";
        thumbnail.photo = {2560, 1600};
        thumbnail.size = {320, 200};
        thumbnail.bytes = 10'000;
        thumbnail.right = true;
        result.thumbnails.push_back(thumbnail);
    }
    return result;
}

const Style kStyle(Colour::kOff, Glyphs::kUnicode, 100);

TEST_CASE("Story's chapter shows the cold start, the warm one and the check", "[app][Story]") {
    CHECK(
        Story(kStyle).chapter(result_of(2), 2) ==
        R"(
━━ Python + Pillow ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

  image-resize-python · python3.11 · 1769 MB · package 1.1 kB · built and deployed in 212.0 ms

  Cold start  Aqua.jpg, 2560×1600 → 320×200, 104.0 ms from the start of the upload to the thumbnail
  REPORT RequestId: 8f5cc1d2-0000-4000-8000-000000000000  Duration: 39.92 ms  Billed Duration: 98 ms
         Memory Size: 1769 MB  Max Memory Used: 80 MB  Init Duration: 58.00 ms
  queue wait        ▏                                                                 300 µs   0.3 %
  admission         ▏                                                                  10 µs   0.0 %
  cell claim        ▏                                                                 600 µs   0.6 %
  mount and limits   ▏                                                               1.09 ms   1.1 %
  runtime boot       ▒▒▒▒▒▒▒▒▒▒▒▒                                                   20.00 ms    20 %
  extension init                                                                           –
  function init                  ████████████████████████                           38.00 ms    38 %
  handler                                                ████████████████████████   39.80 ms    40 %
  response transfer                                                             ▏     120 µs   0.1 %
  freeze                                                                        ▏      80 µs   0.1 %
  total                                                                             100.0 ms
  memory 80 of 1769 MB · billed 98 ms · $0.0000028000 · lambent's own share 2.20 ms, 2.2 %

  Warm  Blinds.jpg, 2560×1600 → 320×200, 43.21 ms from the start of the upload to the thumbnail
  REPORT RequestId: 8f5cc1d2-0000-4000-8000-000000000000  Duration: 39.92 ms  Billed Duration: 98 ms
         Memory Size: 1769 MB  Max Memory Used: 80 MB
  queue wait        ▏                                                                 200 µs   0.5 %
  admission         ▏                                                                  10 µs   0.0 %
  handler           █████████████████████████████████████████████████████████████   39.67 ms    99 %
  response transfer                                                             ▏      90 µs   0.2 %
  freeze                                                                        ▏      30 µs   0.1 %
  total                                                                             40.00 ms
  memory 80 of 1769 MB · billed 40 ms · $0.0000028000 · lambent's own share 330 µs, 0.8 %

  ✓ 2 of 2 photographs resized, each thumbnail checked: a whole JPEG of the right size
)"
    );
}

TEST_CASE("Story's chapter says what is missing and why", "[app][Story]") {
    LanguageResult result = result_of(1);
    result.warm.reset();
    result.problems = {"an invocation ended with timeout"};
    const std::string text = Story(kStyle).chapter(result, 2);
    CHECK(text.find("✗ 1 of 2 photographs resized") != std::string::npos);
    CHECK(text.find("an invocation ended with timeout") != std::string::npos);
}

TEST_CASE("Story stays within its columns in every part", "[app][Story]") {
    LanguageResult result = result_of(2);
    result.burst = 10;
    result.burst_time = std::chrono::milliseconds(1'234);
    const Story story(kStyle);
    DemoOpening opening;
    opening.endpoint = "http://127.0.0.1:41567";
    opening.start_time = std::chrono::milliseconds(62);
    opening.photographs_folder = "/usr/share/backgrounds/mate/nature";
    opening.photographs = 12;
    opening.photograph_bytes = 6'900'000;
    const std::string text = story.opening(opening) + story.chapter(result, 2) +
                             story.ending({result, result, result}, 2, "/home/ada/demo-output");
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find('\n', at);
        INFO(text.substr(at, end - at));
        CHECK(display_width(text.substr(at, end - at)) <= 100);
        at = end + 1;
    }
}

TEST_CASE(
    "Story's ending has one row for each language and where the thumbnails lie", "[app][Story]"
) {
    const std::string text = Story(kStyle).ending({result_of(2)}, 2, "/home/ada/demo-output");
    CHECK(text.find("Python + Pillow      2 of 2") != std::string::npos);
    CHECK(text.find("2 thumbnails, 20.0 kB, in /home/ada/demo-output") != std::string::npos);
}

TEST_CASE("The demo's JSON has the REPORT lines and the phases", "[app][Story]") {
    const nlohmann::json document = demo_json({result_of(2)}, 2, "/out");
    const nlohmann::json& language = document.at("languages").at(0);
    CHECK(language.at("resized") == 2);
    CHECK(language.at("cold").at("phasesUs").at("runtimeBoot") == 20'000);
    CHECK(language.at("warm").at("report").get<std::string>().starts_with("REPORT RequestId"));
    CHECK(language.at("billedMs") == 138);
}

}  // namespace
}  // namespace lambent::cli
