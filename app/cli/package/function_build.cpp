#include "app/cli/package/function_build.h"

#include "app/cli/package/program.h"
#include "app/cli/package/zip.h"
#include "app/cli/surroundings.h"
#include "base/files/content_hash.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::uint64_t kZipBytesMax = 50ULL << 20;
constexpr int kShownLines = 20;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return std::move(content).str();
}

// Copies the sources; what the build itself put into `to` before (node_modules) stays.
void copy_sources(const fs::path& from, const fs::path& to, const std::string& keep) {
    for (const auto& entry : fs::directory_iterator(to)) {
        if (keep.empty() || entry.path().filename() != keep) {
            fs::remove_all(entry.path());
        }
    }
    constexpr auto kHow = fs::copy_options::recursive | fs::copy_options::copy_symlinks;
    for (const auto& entry : fs::directory_iterator(from)) {
        const fs::path name = entry.path().filename();
        if (!is_left_out(name) && (keep.empty() || name != keep)) {
            fs::copy(entry.path(), to / name, kHow);
        }
    }
}

bool has_dependencies(const fs::path& package_json) {
    const Json document = Json::parse(content_of(package_json), nullptr, false);
    if (!document.is_object()) {
        return false;
    }
    const auto found = document.find("dependencies");
    return found != document.end() && found->is_object() && !found->empty();
}

bool has_requirements(const fs::path& requirements) {
    std::istringstream lines(content_of(requirements));
    for (std::string line; std::getline(lines, line);) {
        const auto first = line.find_first_not_of(" \t\r");
        if (first != std::string::npos && line[first] != '#') {
            return true;
        }
    }
    return false;
}

Result<std::string> program_of(const std::vector<std::string>& candidates, const char* package) {
    if (const auto found = surroundings::find_program(candidates)) {
        return *found;
    }
    return Error(
        Code::kUnavailable,
        candidates.back() + " is needed to build this function — apt-get install " + package
    );
}

Result<void> run_build(const TemplateFunction& function, const ProgramCall& call) {
    LAMBENT_TRY(const ProgramRun run, run_program(call));
    if (run.exit_code == 0) {
        return {};
    }
    std::string command;
    for (const std::string& argument : call.arguments) {
        command += (command.empty() ? "" : " ") + argument;
    }
    return Error(
        Code::kInvalidArgument,
        "the build of " + function.logical_id + " failed (" + command + ", exit code " +
            std::to_string(run.exit_code) + "):\n" + last_lines(run.output, kShownLines)
    );
}

// The C++ SDK of this installation, for Makefiles: beside the program in a checkout, or installed.
std::string sdk_directory() {
    const fs::path bin = fs::path(surroundings::own_program()).parent_path();
    for (const char* place : {"../../sdk/cpp", "../../../sdk/cpp", "../share/lambent/sdk/cpp"}) {
        std::error_code failure;
        const fs::path sdk = fs::weakly_canonical(bin / place, failure);
        if (!failure && fs::is_directory(sdk, failure)) {
            return sdk.string();
        }
    }
    return {};
}

}  // namespace

Result<std::string> FunctionBuild::package(const TemplateFunction& function) {
    try {
        if (!function.inline_code.empty()) {
            const bool python = function.settings.runtime.starts_with("python");
            return zip_text(python ? "index.py" : "index.js", function.inline_code);
        }
        LAMBENT_TRY(const fs::path artifacts, build(function));
        progress_.say(function.logical_id + ": packing");
        LAMBENT_TRY(std::string zip, zip_folder(artifacts));
        if (zip.size() > kZipBytesMax) {
            return Error(
                Code::kTooLarge,
                function.logical_id + " is " + std::to_string(zip.size() >> 20U) +
                    " MB zipped; Lambda takes 50 MB"
            );
        }
        return zip;
    } catch (const fs::filesystem_error& failure) {
        return Error(Code::kInternal, failure.what());
    }
}

Result<fs::path> FunctionBuild::build(const TemplateFunction& function) {
    const fs::path code = fs::weakly_canonical(root_ / function.code_uri);
    if (!fs::is_directory(code)) {
        return Error(
            Code::kInvalidArgument,
            "CodeUri " + function.code_uri + " of " + function.logical_id + " (line " +
                std::to_string(function.line) + ") is not a folder"
        );
    }
    const fs::path artifacts =
        fs::weakly_canonical(root_) / ".lambent" / "build" / function.logical_id;
    fs::create_directories(artifacts);
    progress_.say(function.logical_id + ": building");
    const std::string& runtime = function.settings.runtime;
    if (function.build == BuildMethod::kMakefile) {
        LAMBENT_TRY(make(function, code, artifacts));
    } else if (runtime.starts_with("nodejs") && has_dependencies(code / "package.json")) {
        copy_sources(code, artifacts, "node_modules");
        LAMBENT_TRY(install_node_modules(function, artifacts));
    } else if (runtime.starts_with("python") && has_requirements(code / "requirements.txt")) {
        copy_sources(code, artifacts, "");
        LAMBENT_TRY(install_python_packages(function, artifacts));
    } else {
        return code;
    }
    return artifacts;
}

Result<void> FunctionBuild::make(
    const TemplateFunction& function, const fs::path& code, const fs::path& artifacts
) {
    LAMBENT_TRY(const std::string program, program_of({"/usr/bin/make", "make"}, "make"));
    fs::remove_all(artifacts);
    fs::create_directories(artifacts);
    ProgramCall call;
    call.arguments = {
        program, "build-" + function.logical_id, "ARTIFACTS_DIR=" + artifacts.string()};
    call.directory = code;
    if (const std::string sdk = sdk_directory(); !sdk.empty()) {
        call.environment["LAMBENT_SDK"] = sdk;
    }
    return run_build(function, call);
}

Result<void> FunctionBuild::install_node_modules(
    const TemplateFunction& function, const fs::path& artifacts
) {
    const bool locked = fs::exists(artifacts / "package-lock.json");
    // What the installed modules depend on; unchanged, they are not installed again.
    const std::string wanted = to_hex(digest(
        HashKind::kSha256,
        content_of(artifacts / "package.json") + content_of(artifacts / "package-lock.json")
    ));
    const fs::path stamp = artifacts.parent_path() / (function.logical_id + ".installed");
    if (fs::exists(artifacts / "node_modules") && content_of(stamp) == wanted) {
        return {};
    }
    LAMBENT_TRY(const std::string npm, program_of({"/usr/bin/npm", "npm"}, "npm"));
    progress_.say(function.logical_id + ": npm installs its dependencies");
    ProgramCall call;
    call.arguments = {npm, locked ? "ci" : "install", "--omit=dev", "--no-audit", "--no-fund"};
    call.directory = artifacts;
    LAMBENT_TRY(run_build(function, call));
    fs::remove(artifacts / "node_modules" / ".package-lock.json");  // names where it came from
    std::ofstream(stamp, std::ios::binary) << wanted;
    return {};
}

Result<void> FunctionBuild::install_python_packages(
    const TemplateFunction& function, const fs::path& artifacts
) {
    LAMBENT_TRY(const std::string python, program_of({"/usr/bin/python3", "python3"}, "python3"));
    progress_.say(function.logical_id + ": pip installs its requirements");
    ProgramCall call;
    call.arguments = {
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
        "requirements.txt",
        "-t",
        artifacts.string()};
    call.directory = artifacts;
    return run_build(function, call);
}

}  // namespace lambent::cli
