#pragma once

#include "app/cli/template/sam_template.h"
#include "app/cli/terminal/progress.h"
#include "base/result.h"

#include <filesystem>
#include <string>

namespace lambent::cli {

// Makes the package of one function of a template, as `sam build` does: Python and other scripts
// are copied (with `pip install` when there is a requirements.txt), Node gets its production
// dependencies through npm, and with BuildMethod makefile the function's own Makefile is asked for
// build-<LogicalId>. Builds lie in <template>/.lambent/build/<LogicalId>, as SAM's do in .aws-sam.
class FunctionBuild {
  public:
    FunctionBuild(std::filesystem::path template_directory, Progress& progress)
        : root_(std::move(template_directory)), progress_(progress) {}

    // The zip to upload.
    Result<std::string> package(const TemplateFunction& function);

  private:
    Result<std::filesystem::path> build(const TemplateFunction& function);
    Result<void> make(
        const TemplateFunction& function,
        const std::filesystem::path& code,
        const std::filesystem::path& artifacts
    );
    Result<void> install_node_modules(
        const TemplateFunction& function, const std::filesystem::path& artifacts
    );
    Result<void> install_python_packages(
        const TemplateFunction& function, const std::filesystem::path& artifacts
    );

    std::filesystem::path root_;
    Progress& progress_;
};

}  // namespace lambent::cli
