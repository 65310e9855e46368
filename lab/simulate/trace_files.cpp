#include "lab/simulate/trace_files.h"

#include <fstream>

#include "lab/simulate/formats.h"

namespace lambent::lab {
namespace {

enum class Format { kNone, kAzure2019, kAzure2021, kOwnRecords };

Format format_of(const std::string& first_line) {
    if (Azure2019Reader::is_calls(first_line) || Azure2019Reader::is_durations(first_line) ||
        Azure2019Reader::is_memory(first_line)) {
        return Format::kAzure2019;
    }
    if (Azure2021Reader::is_calls(first_line)) {
        return Format::kAzure2021;
    }
    return OwnRecordsReader::is_records(first_line) ? Format::kOwnRecords : Format::kNone;
}

// All readers; only that of the first file's format is fed.
struct Readers {
    explicit Readers(const TraceDefaults& defaults)
        : azure_2019(defaults), azure_2021(defaults), own_records(defaults) {}

    Result<void> read(std::istream& file, const std::string& first_line) {
        if (Azure2019Reader::is_durations(first_line)) {
            return azure_2019.read_durations(file, first_line);
        }
        if (Azure2019Reader::is_memory(first_line)) {
            return azure_2019.read_memory(file, first_line);
        }
        switch (format) {
            case Format::kAzure2019:
                return azure_2019.read_calls(file, first_line);
            case Format::kAzure2021:
                return azure_2021.read(file, first_line);
            default:
                return own_records.read(file, first_line);
        }
    }
    Result<std::unique_ptr<Trace>> finish() {
        switch (format) {
            case Format::kAzure2019:
                return azure_2019.finish();
            case Format::kAzure2021:
                return azure_2021.finish();
            default:
                return own_records.finish();
        }
    }

    Format format = Format::kNone;
    Azure2019Reader azure_2019;
    Azure2021Reader azure_2021;
    OwnRecordsReader own_records;
};

Error of_file(const std::string& name, const std::string& what) {
    return Error(Code::kInvalidArgument, "trace", name + ": " + what);
}

}  // namespace

Result<std::unique_ptr<Trace>> read_trace(
    const std::vector<std::string>& files, const TraceDefaults& defaults
) {
    Readers readers(defaults);
    for (const std::string& name : files) {
        std::ifstream file(name);
        std::string first_line;
        if (!file) {
            return Error(Code::kNotFound, "trace", "cannot open " + name);
        }
        std::getline(file, first_line);
        const Format format = format_of(first_line);
        if (format == Format::kNone) {
            return of_file(name, "neither a trace of Azure Functions nor records of lambent");
        }
        if (readers.format != Format::kNone && readers.format != format) {
            return of_file(name, "is of another format than the files before");
        }
        readers.format = format;
        if (auto read = readers.read(file, first_line); read.has_error()) {
            return of_file(name, read.error().message());
        }
    }
    return readers.finish();
}

}  // namespace lambent::lab
