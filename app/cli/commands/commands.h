#pragma once

#include "app/cli/command.h"

// One body per command; app/main.cpp lists them in the order in which --help shows them.
namespace lambent::cli {

void add_up(CLI::App& app, ChosenCommand& chosen);
void add_demo(CLI::App& app, ChosenCommand& chosen);
void add_deploy(CLI::App& app, ChosenCommand& chosen);
void add_invoke(CLI::App& app, ChosenCommand& chosen);
void add_logs(CLI::App& app, ChosenCommand& chosen);
void add_ls(CLI::App& app, ChosenCommand& chosen);
void add_ps(CLI::App& app, ChosenCommand& chosen);
void add_evict(CLI::App& app, ChosenCommand& chosen);
void add_rm(CLI::App& app, ChosenCommand& chosen);
void add_clock(CLI::App& app, ChosenCommand& chosen);
void add_records(CLI::App& app, ChosenCommand& chosen);
void add_measure(CLI::App& app, ChosenCommand& chosen);
void add_simulate(CLI::App& app, ChosenCommand& chosen);
void add_what_if(CLI::App& app, ChosenCommand& chosen);
void add_aws(CLI::App& app, ChosenCommand& chosen);
void add_env(CLI::App& app, ChosenCommand& chosen);
void add_doctor(CLI::App& app, ChosenCommand& chosen);

}  // namespace lambent::cli
