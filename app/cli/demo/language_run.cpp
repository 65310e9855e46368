#include "app/cli/demo/language_run.h"

#include "app/cli/client/logs_api.h"
#include "app/cli/client/platform_api.h"
#include "app/cli/client/s3_api.h"
#include "app/cli/terminal/format.h"
#include "base/clock.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int kThumbnailWidth = 320;
constexpr std::chrono::seconds kPatience{90};
constexpr std::chrono::milliseconds kPollPause{10};

template <class Unit>
Unit since(steady_clock::time_point begin) {
    return std::chrono::duration_cast<Unit>(steady_clock::now() - begin);
}

const Photograph* find_photograph(
    const std::vector<Photograph>& photographs, const std::string& name
) {
    const auto found = std::find_if(photographs.begin(), photographs.end(), [&](const auto& one) {
        return one.name == name;
    });
    return found == photographs.end() ? nullptr : &*found;
}

}  // namespace

std::size_t LanguageResult::right_thumbnails() const {
    return static_cast<std::size_t>(std::count_if(
        thumbnails.begin(), thumbnails.end(), [](const auto& one) { return one.right; }
    ));
}

std::size_t LanguageResult::environments() const {
    std::set<std::string> streams;
    for (const Record& record : records) {
        streams.insert(record.log_stream);
    }
    return streams.size();
}

Result<LanguageResult> LanguageRun::run(
    const Language& language, const fs::path& example, const std::vector<Photograph>& photographs
) {
    LanguageResult result;
    result.language = language;
    begin_ms_ = unix_ms(SystemClock().wall_now());
    LAMBENT_TRY(deploy_example(example, result));
    LAMBENT_TRY(clear_traces(photographs, result));
    progress_.say(language.title + ": the first photograph, and with it a cold start");
    LAMBENT_TRY(result.cold, upload_one(photographs.at(0), result));
    progress_.say(language.title + ": the second photograph, warm");
    LAMBENT_TRY(result.warm, upload_one(photographs.at(1), result));
    LAMBENT_TRY(upload_rest(photographs, result));
    LAMBENT_TRY(collect(photographs, result));
    progress_.clear();
    return result;
}

Result<void> LanguageRun::deploy_example(const fs::path& example, LanguageResult& result) {
    const auto begin = steady_clock::now();
    DeployRequest request;
    request.directory = example;
    LAMBENT_TRY(const DeployReport report, deploy(request, client_, progress_));
    if (report.functions.size() != 1 || report.functions.front().trigger_buckets.size() != 1) {
        return Error(
            Code::kInvalidArgument, example.string() + " is not one function with one S3 trigger"
        );
    }
    result.function = report.functions.front();
    photos_bucket_ = result.function.trigger_buckets.front();
    for (const DeployedBucket& bucket : report.buckets) {
        if (bucket.name != photos_bucket_) {
            thumbs_bucket_ = bucket.name;
        }
    }
    result.deploy_time = since<std::chrono::milliseconds>(begin);
    return {};
}

Result<void> LanguageRun::clear_traces(
    const std::vector<Photograph>& photographs, const LanguageResult& result
) {
    for (const Photograph& photograph : photographs) {
        LAMBENT_TRY(S3Api(client_).remove(thumbs_bucket_, photograph.name));
    }
    LAMBENT_TRY(PlatformApi(client_).evict(result.function.settings.name));
    return {};
}

Result<std::optional<ShownInvocation>> LanguageRun::upload_one(
    const Photograph& photograph, LanguageResult& result
) {
    const std::size_t before = result.records.size();
    const auto begin = steady_clock::now();
    LAMBENT_TRY(S3Api(client_).put(photos_bucket_, photograph.name, photograph.bytes, "image/jpeg")
    );
    LAMBENT_TRY(await_thumbnails(before + 1, result));
    const auto elapsed = since<std::chrono::microseconds>(begin);
    while (result.records.size() <= before && since<std::chrono::seconds>(begin) < kPatience) {
        std::this_thread::sleep_for(kPollPause);
        LAMBENT_TRY(refresh_records(result));
    }
    if (result.records.size() <= before || !result.records.back().succeeded()) {
        return std::optional<ShownInvocation>();
    }
    ShownInvocation shown;
    shown.record = result.records.back();
    shown.photograph = photograph.name;
    shown.upload_to_thumbnail = elapsed;
    LAMBENT_TRY(shown.report_line, report_line(shown.record));
    return std::optional<ShownInvocation>(std::move(shown));
}

Result<void> LanguageRun::upload_rest(
    const std::vector<Photograph>& photographs, LanguageResult& result
) {
    const auto begin = steady_clock::now();
    for (std::size_t i = 2; i < photographs.size(); ++i) {
        progress_.count(result.language.title + ": uploading", i, photographs.size());
        const Photograph& photograph = photographs[i];
        LAMBENT_TRY(
            S3Api(client_).put(photos_bucket_, photograph.name, photograph.bytes, "image/jpeg")
        );
    }
    result.burst = photographs.size() - 2;
    LAMBENT_TRY(await_thumbnails(photographs.size(), result));
    result.burst_time = since<std::chrono::milliseconds>(begin);
    while (result.records.size() < photographs.size() &&
           since<std::chrono::seconds>(begin) < kPatience) {
        std::this_thread::sleep_for(kPollPause);
        LAMBENT_TRY(refresh_records(result));
    }
    return {};
}

Result<void> LanguageRun::await_thumbnails(std::size_t wanted, LanguageResult& result) {
    const auto begin = steady_clock::now();
    while (since<std::chrono::seconds>(begin) < kPatience) {
        LAMBENT_TRY(const auto objects, S3Api(client_).list(thumbs_bucket_));
        progress_.count(result.language.title + ": thumbnails", objects.size(), wanted);
        if (objects.size() >= wanted) {
            return {};
        }
        LAMBENT_TRY(refresh_records(result));
        const auto failed = static_cast<std::size_t>(std::count_if(
            result.records.begin(),
            result.records.end(),
            [](const Record& record) { return !record.succeeded(); }
        ));
        if (objects.size() + failed >= wanted) {
            return note_failures(result);  // the retries would come in minutes
        }
        std::this_thread::sleep_for(kPollPause);
    }
    result.problems.push_back(
        "no more thumbnails came within " + std::to_string(kPatience.count()) + " s"
    );
    return {};
}

Result<void> LanguageRun::refresh_records(LanguageResult& result) {
    RecordQuery query;
    query.function = result.function.settings.name;
    query.limit = 1'000;
    LAMBENT_TRY(result.records, PlatformApi(client_).records(query));
    std::erase_if(result.records, [this](const Record& record) {
        return record.started_ms < begin_ms_;
    });
    std::reverse(result.records.begin(), result.records.end());
    return {};
}

Result<void> LanguageRun::note_failures(LanguageResult& result) {
    for (const Record& record : result.records) {
        if (record.succeeded() || !result.problems.empty()) {
            continue;
        }
        const std::string& function = record.function;
        LAMBENT_TRY(const auto events, LogsApi(client_).stream_events(function, record.log_stream));
        std::string log;
        for (const LogEvent& event : events) {
            log += "    " + event.message + "\n";
        }
        result.problems.push_back(
            "an invocation ended with " + record.outcome + " " + record.error_type +
            "; its log:\n" + log
        );
    }
    return {};
}

Result<void> LanguageRun::collect(
    const std::vector<Photograph>& photographs, LanguageResult& result
) {
    const fs::path folder = output_ / result.language.folder;
    std::error_code failure;
    fs::create_directories(folder, failure);
    LAMBENT_TRY(const auto objects, S3Api(client_).list(thumbs_bucket_));
    for (const ObjectView& object : objects) {
        LAMBENT_TRY(const std::string bytes, S3Api(client_).get(thumbs_bucket_, object.key));
        Thumbnail thumbnail;
        thumbnail.name = object.key;
        thumbnail.bytes = bytes.size();
        const Photograph* photograph = find_photograph(photographs, object.key);
        if (const auto size = jpeg_size(bytes); size && photograph != nullptr) {
            thumbnail.size = *size;
            thumbnail.photo = photograph->size;
            thumbnail.right = is_scaled_to_width(photograph->size, *size, kThumbnailWidth);
        }
        if (!thumbnail.right) {
            result.problems.push_back(object.key + " is not a JPEG of the right size");
        }
        std::ofstream file(folder / object.key, std::ios::binary);
        file << bytes;
        if (!file.flush()) {
            return Error(Code::kInvalidArgument, "cannot write " + (folder / object.key).string());
        }
        result.thumbnails.push_back(std::move(thumbnail));
    }
    return {};
}

Result<std::string> LanguageRun::report_line(const Record& record) {
    const std::string beginning = "REPORT RequestId: " + record.request_id;
    const auto begin = steady_clock::now();
    while (since<std::chrono::seconds>(begin) < std::chrono::seconds(5)) {
        LAMBENT_TRY(
            const auto events, LogsApi(client_).stream_events(record.function, record.log_stream)
        );
        for (const LogEvent& event : events) {
            if (event.message.starts_with(beginning)) {
                return event.message;
            }
        }
        std::this_thread::sleep_for(kPollPause);
    }
    return Error(Code::kInternal, "the log has no REPORT line for " + record.request_id);
}

}  // namespace lambent::cli
