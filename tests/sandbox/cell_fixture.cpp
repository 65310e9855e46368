#include "tests/sandbox/cell_fixture.h"

#include "base/ids.h"

#include <catch2/catch.hpp>

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace lambent::tests {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = std::chrono::seconds(60);

// Appends what can be read within the time; false at the end of the file.
bool read_some(int fd, std::string& text) {
    pollfd readable{fd, POLLIN, 0};
    REQUIRE(::poll(&readable, 1, 30'000) == 1);
    char part[65'536];
    const ssize_t size = ::read(fd, part, sizeof(part));
    if (size > 0) {
        text.append(part, static_cast<std::size_t>(size));
    }
    return size > 0;
}

}  // namespace

bool can_build_cells() {
    if (::geteuid() == 0) {
        return true;
    }
    static const bool told = [] {
        std::cout << "SKIPPED: cells can be built by root only\n";
        return true;
    }();
    return !told;
}

SandboxFixture::SandboxFixture(std::uint32_t slots_ready) {
    config_.launcher_path = LAMBENT_LAUNCHER;
    config_.instance = "test-" + random_hex(4);
    config_.state_directory =
        (fs::temp_directory_path() / ("lambent-" + config_.instance)).string();
    config_.slots_ready = slots_ready;
    fs::create_directories(config_.state_directory);
    restart();
}

void SandboxFixture::restart() {
    stop();
    auto launcher = sandbox::LauncherProcess::start(config_);
    if (launcher.has_error()) {
        FAIL(launcher.error().message());
    }
    sandbox_ = sandbox::NamespaceSandbox::attach(
        std::move(launcher).value(), loop_.get_executor(), Logger::to_stderr(LogLevel::kWarn)
    );
}

SandboxFixture::~SandboxFixture() {
    stop();
    fs::remove_all(config_.state_directory);
}

void SandboxFixture::stop() {
    if (sandbox_) {
        run_flow(loop_, sandbox_->stop(), kPatience);
        sandbox_.reset();
    }
}

Result<std::unique_ptr<sandbox::Cell>> SandboxFixture::launch(sandbox::CellSpec spec) {
    return run_flow(loop_, sandbox_->launch(std::move(spec)), kPatience);
}

std::unique_ptr<sandbox::Cell> SandboxFixture::start(sandbox::CellSpec spec) {
    auto cell = launch(std::move(spec));
    if (cell.has_error()) {
        FAIL(cell.error().message());
    }
    return std::move(cell).value();
}

CellRun SandboxFixture::finish(sandbox::Cell& cell) {
    CellRun run;
    const UniqueFd output = cell.take_output();
    while (output && read_some(output.get(), run.output)) {
    }
    run.report = run_flow(loop_, cell.exited(), kPatience);
    return run;
}

CellRun SandboxFixture::run(sandbox::CellSpec spec) {
    const auto cell = start(std::move(spec));
    return finish(*cell);
}

std::string SandboxFixture::read_until(int output, const std::string& text) {
    std::string all;
    while (all.find(text) == std::string::npos && read_some(output, all)) {
    }
    return all;
}

sandbox::CellSpec python(const std::string& text) {
    sandbox::CellSpec spec;
    spec.label = "test";
    spec.argv = {"/usr/bin/python3", "-I", "-S", "-c", text};
    spec.environment = {"PATH=/usr/bin:/bin", "LANG=C.UTF-8"};
    return spec;
}

sandbox::CellSpec probe(std::vector<std::string> words) {
    sandbox::CellSpec spec;
    spec.label = "probe";
    spec.argv = {"/var/task/probe"};
    spec.argv.insert(spec.argv.end(), words.begin(), words.end());
    spec.binds = {{LAMBENT_PROBE_DIRECTORY, "/var/task"}};
    return spec;
}

}  // namespace lambent::tests
