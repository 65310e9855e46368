#include "app/cli/commands/commands.h"

// The program: one table of commands. What each does stands in app/cli/commands.
int main(int argc, char** argv) {
    return lambent::cli::run_command_line(
        argc,
        argv,
        {
            lambent::cli::add_up,
            lambent::cli::add_demo,
            lambent::cli::add_deploy,
            lambent::cli::add_invoke,
            lambent::cli::add_logs,
            lambent::cli::add_ls,
            lambent::cli::add_ps,
            lambent::cli::add_evict,
            lambent::cli::add_rm,
            lambent::cli::add_clock,
            lambent::cli::add_records,
            lambent::cli::add_measure,
            lambent::cli::add_simulate,
            lambent::cli::add_what_if,
            lambent::cli::add_aws,
            lambent::cli::add_env,
            lambent::cli::add_doctor,
        }
    );
}
