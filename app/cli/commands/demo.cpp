#include "app/cli/client/platform_api.h"
#include "app/cli/commands/commands.h"
#include "app/cli/demo/demo_daemon.h"
#include "app/cli/demo/language_run.h"
#include "app/cli/demo/photographs.h"
#include "app/cli/demo/story.h"
#include "app/cli/surroundings.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>

namespace lambent::cli {
namespace {
namespace fs = std::filesystem;

// Each language has done its part when this many photographs are resized.
constexpr std::size_t kEnough = 8;

struct DemoOptions {
    std::string photographs = kDefaultPhotographs;
    std::string output = "demo-output";
    std::string examples;
};

const std::array<Language, 3> kLanguages{{
    {"Python + Pillow", "python"},
    {"Node + sharp", "node"},
    {"C++ + libvips", "cpp"},
}};

// The examples of a checkout or of an installation, seen from the program.
Result<fs::path> find_examples(const std::string& given) {
    const fs::path bin = fs::path(surroundings::own_program()).parent_path();
    std::vector<fs::path> places{
        "examples",
        bin / "../../examples",
        bin / "../../../examples",
        bin / "../share/lambent/examples"};
    if (!given.empty()) {
        places = {given};
    }
    for (const fs::path& place : places) {
        if (fs::exists(place / "image-resize" / "python" / "template.yaml")) {
            return fs::weakly_canonical(place);
        }
    }
    return Error(
        Code::kInvalidArgument,
        "the examples are not beside the program — say where: --examples DIR"
    );
}

// A folder of the demo's own, removed when everything went well.
class ScratchFolder {
  public:
    static Result<ScratchFolder> create() {
        std::string pattern = (fs::temp_directory_path() / "lambent-demo-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) {
            return errno_error("cannot make " + pattern, errno);
        }
        return ScratchFolder(pattern);
    }
    const fs::path& path() const { return path_; }
    void remove() const {
        std::error_code failure;
        fs::remove_all(path_, failure);
    }

  private:
    explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
    fs::path path_;
};

// Under sudo the files that the demo makes belong to who asked for them.
void give_to_caller(const fs::path& folder) {
    const auto uid = surroundings::variable("SUDO_UID");
    const auto gid = surroundings::variable("SUDO_GID");
    std::error_code failure;
    if (!uid || !gid || !fs::exists(folder, failure)) {
        return;
    }
    const auto owner = static_cast<uid_t>(std::strtoul(uid->c_str(), nullptr, 10));
    const auto group = static_cast<gid_t>(std::strtoul(gid->c_str(), nullptr, 10));
    bool given = ::lchown(folder.c_str(), owner, group) == 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder, failure)) {
        given = ::lchown(entry.path().c_str(), owner, group) == 0 && given;
    }
    if (!given) {
        remark("some files in " + folder.string() + " could not be given to you");
    }
}

class Demo {
  public:
    Demo(const DemoOptions& options, const Session& session, fs::path examples)
        : options_(options), session_(session), examples_(std::move(examples)) {}

    // Everything between a daemon that answers and the last word.
    Result<ExitCode> run(const Endpoint& endpoint, std::chrono::milliseconds start_time) {
        LAMBENT_TRY(const auto photographs, load_photographs(options_.photographs, kEnough));
        DemoOpening opening;
        opening.endpoint = endpoint.url;
        opening.start_time = start_time;
        opening.photographs_folder = options_.photographs;
        opening.photographs = photographs.size();
        opening.photograph_bytes = total_bytes(photographs);
        tell(story_.opening(opening));
        HttpClient client(endpoint);
        Progress progress;
        const fs::path output = fs::absolute(options_.output);
        std::vector<LanguageResult> results;
        bool enough = true;
        for (const Language& language : kLanguages) {
            LanguageRun run(client, progress, output);
            const fs::path example = examples_ / "image-resize" / language.folder;
            auto result = run.run(language, example, photographs);
            progress.clear();
            give_to_caller(example / ".lambent");
            LAMBENT_TRY(LanguageResult done, result);
            tell(story_.chapter(done, photographs.size()));
            enough = enough && done.right_thumbnails() >= kEnough && done.problems.empty();
            results.push_back(std::move(done));
        }
        give_to_caller(output);
        tell(story_.ending(results, photographs.size(), output.string()));
        if (session_.json()) {
            print_json(demo_json(results, photographs.size(), output.string()));
        }
        return enough ? ExitCode::kOk : ExitCode::kFunctionError;
    }

  private:
    void tell(const std::string& text) const {
        if (!session_.json()) {
            print(text);
        }
    }

    const DemoOptions& options_;
    const Session& session_;
    fs::path examples_;
    Story story_{session_.style};
};

// With a data directory of the caller's, its daemon when one answers there.
Result<ExitCode> run_in(const fs::path& data, Demo& demo, const Session& session) {
    if (auto client = session.connect(); session.data_given && client.has_value()) {
        if (PlatformApi(*client).healthy()) {
            return demo.run(client->endpoint(), std::chrono::milliseconds(0));
        }
    }
    LAMBENT_TRY(DemoDaemon daemon, DemoDaemon::start(data));
    return demo.run(daemon.endpoint(), daemon.start_time());
}

Result<ExitCode> run_demo(const DemoOptions& options, const Session& session) {
    LAMBENT_TRY(const fs::path examples, find_examples(options.examples));
    LAMBENT_TRY(load_photographs(options.photographs, kEnough));
    Demo demo(options, session, examples);
    if (session.data_given) {
        return run_in(session.data_directory, demo, session);
    }
    LAMBENT_TRY(const ScratchFolder scratch, ScratchFolder::create());
    const Result<ExitCode> result = run_in(scratch.path() / "data", demo, session);
    if (result.has_value() && *result == ExitCode::kOk) {
        scratch.remove();
    } else {
        remark("what the daemon wrote is kept in " + scratch.path().string());
    }
    return result;
}

}  // namespace

void add_demo(CLI::App& app, ChosenCommand& chosen) {
    auto options = std::make_shared<DemoOptions>();
    CLI::App* demo = app.add_subcommand(
        "demo", "Resize real photographs in three languages, with every cold start explained"
    );
    demo->add_option("--photos", options->photographs, "A folder with JPEGs")
        ->capture_default_str()
        ->type_name("DIR");
    demo->add_option("--out", options->output, "Where the thumbnails are copied to")
        ->capture_default_str()
        ->type_name("DIR");
    demo->add_option("--examples", options->examples, "The project's examples folder")
        ->type_name("DIR");
    demo->callback([options, &chosen] {
        chosen.run = [options](const Session& session) {
            return run_demo(*options, session);
        };
    });
}

}  // namespace lambent::cli
