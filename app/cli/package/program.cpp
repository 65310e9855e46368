#include "app/cli/package/program.h"

#include <boost/process.hpp>

#include <iterator>

namespace lambent::cli {
namespace {
namespace bp = boost::process;
}

Result<ProgramRun> run_program(const ProgramCall& call) {
    try {
        bp::environment environment = boost::this_process::environment();
        for (const auto& [name, value] : call.environment) {
            environment[name] = value;
        }
        bp::ipstream output;
        bp::child child(
            bp::exe = call.arguments.front(),
            bp::args = std::vector<std::string>(call.arguments.begin() + 1, call.arguments.end()),
            bp::start_dir = call.directory.string(),
            environment,
            bp::std_in<bp::null, (bp::std_out & bp::std_err)> output
        );
        ProgramRun run;
        run.output.assign(std::istreambuf_iterator<char>(output), {});
        child.wait();
        run.exit_code = child.exit_code();
        return run;
    } catch (const std::system_error& failure) {
        return Error(
            Code::kUnavailable, "cannot run " + call.arguments.front() + ": " + failure.what()
        );
    }
}

std::string last_lines(const std::string& output, int lines) {
    std::size_t begin = output.find_last_not_of('\n');
    if (begin == std::string::npos) {
        return {};
    }
    const std::size_t end = begin + 1;
    for (int i = 0; i < lines; ++i) {
        if (begin == std::string::npos || begin == 0) {
            return output.substr(0, end);
        }
        begin = output.rfind('\n', begin - 1);
    }
    return output.substr(begin == std::string::npos ? 0 : begin + 1, end - begin - 1);
}

}  // namespace lambent::cli
