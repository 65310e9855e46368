#include "app/cli/demo/story.h"

#include "app/cli/terminal/format.h"
#include "app/cli/terminal/percentiles.h"
#include "app/cli/terminal/table.h"
#include "app/cli/terminal/waterfall.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <sstream>

namespace lambent::cli {
namespace {

using Json = nlohmann::json;

std::string size_text(const ImageSize& size, const Style& style) {
    return std::to_string(size.width) + std::string(style.pick("×", "x")) +
           std::to_string(size.height);
}

// What REPORT calls Duration, of the warm invocations; their waits in the queue are not in it.
std::int64_t warm_median(const LanguageResult& result) {
    std::vector<std::int64_t> times;
    for (const Record& record : result.records) {
        if (!record.cold && record.succeeded()) {
            times.push_back(record.duration_us);
        }
    }
    return percentiles_of(times).p50;
}

std::int64_t billed_ms(const LanguageResult& result) {
    return std::accumulate(
        result.records.begin(),
        result.records.end(),
        std::int64_t{0},
        [](std::int64_t sum, const Record& record) { return sum + record.billed_ms; }
    );
}

double cost_usd(const LanguageResult& result) {
    return std::accumulate(
        result.records.begin(),
        result.records.end(),
        0.0,
        [](double sum, const Record& record) { return sum + record.cost_usd; }
    );
}

std::uint64_t peak_bytes(const LanguageResult& result) {
    std::uint64_t peak = 0;
    for (const Record& record : result.records) {
        peak = std::max(peak, record.memory_peak_bytes);
    }
    return peak;
}

}  // namespace

std::string Story::heading(const std::string& title) const {
    const std::string_view line = style_.pick("━", "=");
    const int rest = style_.columns() - display_width(title) - 4;
    return "\n" + style_.paint(Paint::kDim, repeat(line, 2)) + " " +
           style_.paint(Paint::kBold, title) + " " +
           style_.paint(Paint::kDim, repeat(line, std::max(rest, 2))) + "\n\n";
}

std::string Story::opening(const DemoOpening& opening) const {
    const std::string arrow(style_.pick(" → ", " -> "));
    std::string text = "\n" + style_.paint(Paint::kBold, "lambent demo") +
                       "   photographs in, thumbnails out, every millisecond accounted for\n\n";
    text +=
        "  daemon       " + opening.endpoint +
        (opening.start_time.count() == 0 ? ", running already"
                                         : ", its own for this demo, ready in " +
                                               std::to_string(opening.start_time.count()) + " ms") +
        "\n";
    text += "  photographs  " + count_of(opening.photographs, "JPEG") + ", " +
            format_bytes(opening.photograph_bytes) + ", from " + opening.photographs_folder + "\n";
    text += "  each one     upload" + arrow + "S3 event" + arrow + "function in its own cell" +
            arrow + "thumbnail, 320 pixels wide\n";
    text += "  the bars     " + waterfall_legend(style_) + "\n";
    return text;
}

// The line as it is in the log; where it is wider than the output, it goes on below, cut at a tab.
std::string Story::report(const std::string& line) const {
    const std::string margin = "  ";
    const std::string deeper = "         ";
    std::string text;
    std::string row = margin;
    std::istringstream fields(line);
    bool first = true;
    for (std::string field; std::getline(fields, field, '\t');) {
        if (field.empty()) {
            continue;
        }
        if (!first && display_width(row) + 2 + display_width(field) > style_.columns()) {
            text += row + "\n";
            row = deeper + field;
        } else {
            row += (first ? "" : "  ") + field;
        }
        first = false;
    }
    std::istringstream rows(text + row);
    std::string painted;
    for (std::string one; std::getline(rows, one);) {
        painted += style_.paint(Paint::kCyan, one) + "\n";
    }
    return painted;
}

std::string Story::meter(const Record& record) const {
    const std::int64_t total = std::max<std::int64_t>(total_of(record.phases), 1);
    const std::int64_t own = total_of(record.phases, PhaseOwner::kPlatform);
    return "  memory " + std::to_string(lambda_megabytes(record.memory_peak_bytes)) + " of " +
           std::to_string(record.memory_mb) + " MB" + dot() + "billed " +
           std::to_string(record.billed_ms) + " ms" + dot() + format_cost(record.cost_usd) + dot() +
           "lambent's own share " + format_us(own, style_) + ", " +
           format_percent(static_cast<double>(own) / static_cast<double>(total)) + "\n";
}

std::string Story::invocation(
    const std::string& kind, const ShownInvocation& shown, const LanguageResult& result
) const {
    std::string text = "  " + style_.paint(Paint::kBold, kind) + "  " + shown.photograph;
    const auto thumbnail =
        std::find_if(result.thumbnails.begin(), result.thumbnails.end(), [&](const Thumbnail& one) {
            return one.name == shown.photograph;
        });
    if (thumbnail != result.thumbnails.end()) {
        text += ", " + size_text(thumbnail->photo, style_) +
                std::string(style_.pick(" → ", " -> ")) + size_text(thumbnail->size, style_);
    }
    text += ", " + format_us(shown.upload_to_thumbnail.count(), style_) +
            " from the start of the upload to the thumbnail\n";
    text += report(shown.report_line);
    const EmptyPhases empty = shown.record.cold ? EmptyPhases::kShow : EmptyPhases::kHide;
    text += render_waterfall(shown.record.phases, empty, style_, 2);
    text += meter(shown.record);
    return text;
}

std::string Story::burst(const LanguageResult& result) const {
    if (result.burst == 0) {
        return {};
    }
    const std::size_t cold = static_cast<std::size_t>(std::count_if(
        result.records.begin(), result.records.end(), [](const Record& one) { return one.cold; }
    ));
    return "  The other " + std::to_string(result.burst) + " at once: the last thumbnail after " +
           format_us(result.burst_time.count() * 1000, style_) + ", by " +
           count_of(result.environments(), "environment") + " (" + count_of(cold, "cold start") +
           " in all)\n";
}

std::string Story::chapter(const LanguageResult& result, std::size_t photographs) const {
    const FunctionSettings& settings = result.function.settings;
    std::string text = heading(result.language.title);
    text += "  " + settings.name + dot() + settings.runtime + dot() +
            std::to_string(settings.memory_mb) + " MB" + dot() + "package " +
            format_bytes(result.function.code_bytes) + dot() + "built and deployed in " +
            format_us(result.deploy_time.count() * 1000, style_) + "\n\n";
    if (result.cold) {
        text += invocation("Cold start", *result.cold, result) + "\n";
    }
    if (result.warm) {
        const std::string kind = result.warm->record.cold ? "Second, cold too" : "Warm";
        text += invocation(kind, *result.warm, result) + "\n";
    }
    text += burst(result);
    const std::size_t right = result.right_thumbnails();
    const bool all = right == photographs;
    text += "  " +
            style_.paint(
                all ? Paint::kGreen : Paint::kRed,
                std::string(style_.pick(all ? "✓ " : "✗ ", all ? "ok " : "!! ")) +
                    std::to_string(right) + " of " + count_of(photographs, "photograph") +
                    " resized, each thumbnail checked: a whole JPEG of the right size"
            ) +
            "\n";
    for (const std::string& problem : result.problems) {
        text += "  " + style_.paint(Paint::kRed, problem) + "\n";
    }
    return text;
}

std::string Story::ending(
    const std::vector<LanguageResult>& results, std::size_t photographs, const std::string& output
) const {
    Table table({
        {"LANGUAGE", Align::kLeft},
        {"THUMBNAILS", Align::kRight},
        {"COLD", Align::kRight},
        {"LAMBENT'S PART", Align::kRight},
        {"WARM p50", Align::kRight},
        {"MEMORY", Align::kRight},
        {"BILLED", Align::kRight},
        {"COST", Align::kRight},
    });
    std::uint64_t bytes = 0;
    std::size_t right = 0;
    for (const LanguageResult& result : results) {
        const Record cold = result.cold ? result.cold->record : Record();
        table.add_row({
            result.language.title,
            std::to_string(result.right_thumbnails()) + " of " + std::to_string(photographs),
            format_us(total_of(cold.phases), style_),
            format_us(total_of(cold.phases, PhaseOwner::kPlatform), style_),
            format_us(warm_median(result), style_),
            std::to_string(lambda_megabytes(peak_bytes(result))) + " MB",
            std::to_string(billed_ms(result)) + " ms",
            "$" + fixed(cost_usd(result), 7),
        });
        right += result.right_thumbnails();
        for (const Thumbnail& thumbnail : result.thumbnails) {
            bytes += thumbnail.bytes;
        }
    }
    std::string text = heading("All together") + table.render(style_, 2) + "\n";
    text += "  " + count_of(right, "thumbnail") + ", " + format_bytes(bytes) + ", in " +
            style_.paint(Paint::kBold, output) + "\n\n";
    text += "  Now yours:  lambent up   and in another terminal\n";
    text += "              lambent deploy examples/image-resize/python\n";
    text += "              lambent aws s3 cp photo.jpg s3://photos-python/\n";
    text += "              lambent logs image-resize-python\n\n";
    return text;
}

Json demo_json(
    const std::vector<LanguageResult>& results, std::size_t photographs, const std::string& output
) {
    Json languages = Json::array();
    for (const LanguageResult& result : results) {
        Json entry{
            {"title", result.language.title},
            {"function", result.function.settings.name},
            {"runtime", result.function.settings.runtime},
            {"resized", result.right_thumbnails()},
            {"environments", result.environments()},
            {"memoryPeakBytes", peak_bytes(result)},
            {"billedMs", billed_ms(result)},
            {"costUsd", cost_usd(result)},
            {"warmP50Us", warm_median(result)},
            {"problems", result.problems},
        };
        for (const auto& [name, shown] :
             {std::pair("cold", &result.cold), std::pair("warm", &result.warm)}) {
            if (!*shown) {
                continue;
            }
            Json phases = Json::object();
            for (std::size_t i = 0; i < kPhases.size(); ++i) {
                phases[std::string(kPhases.at(i).key)] = (*shown)->record.phases.at(i);
            }
            entry[name] = {
                {"report", (*shown)->report_line},
                {"phasesUs", phases},
                {"uploadToThumbnailUs", (*shown)->upload_to_thumbnail.count()},
            };
        }
        languages.push_back(std::move(entry));
    }
    return {{"photographs", photographs}, {"output", output}, {"languages", languages}};
}

}  // namespace lambent::cli
