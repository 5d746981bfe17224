#include <cstdio>
#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/arguments/serving_options.h"
#include "cli/commands/run_command.h"

namespace laminar::arguments {

Command add_run(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<RunOptions>();
    const auto serving = std::make_shared<ServingArguments>();
    CLI::App* command = program.add_subcommand("run", "Executes scripts and keeps their streams going");
    command->add_option("FILE", options->files, "Scripts, executed one after the other; - is standard input");
    command->add_option("-e", options->statements, "Statements to execute, after the files; may be given repeatedly")
        ->type_name("SQL")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_choice<OutputFormat>(*command, "--format", "Of rows; table on a terminal, else json",
                             {{"table", OutputFormat::table},
                              {"json", OutputFormat::json},
                              {"csv", OutputFormat::csv},
                              {"line", OutputFormat::line}},
                             [options](OutputFormat format) { options->format = format; });
    add_duration(*command, "--for", "End after so long, counted from the start", options->run_for);
    add_duration(*command, "--until-idle", "End when no message has come or gone for so long", options->until_idle);
    command->add_flag("--drain", options->drain, "Treat the end as end of input: open windows close");
    command->add_flag("--once", options->once, "End when the statements are through, whatever streams are live")
        ->excludes("--until-idle");
    add_service_options(*command, *serving, Serving::if_asked, *options, common);
    command->footer(
        "Exit code: 0 done, 1 failed, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar run connections.sql trades.sql --secrets-dir /run/secrets\n"
        "  laminar run trades.sql --for 10s --drain --format csv > trades.csv\n"
        "  laminar run -e \"SELECT 40 + 2 AS answer\"\n"
        "  laminar run --once feed.sql -e \"WAIT FOR trades COUNT 10\" -e \"SELECT * FROM trades\"\n"
        "  laminar run feed.sql --data-dir /var/lib/laminar\n"
        "  laminar run feed.sql --for 1h --http 127.0.0.1:8433\n"
        "Signals: SIGINT and SIGTERM end it in good order, a second one at once; SIGHUP reloads secrets, and users and "
        "certificates of --postgres and --http.");
    return {command, [command, options, serving, &common] {
                if (options->files.empty() && options->statements.empty()) {
                    fmt::print(stderr, "laminar: nothing to run; give a FILE, - or -e SQL\n");
                    return exit_usage;
                }
                return execute_service(*command, *serving, *options, common);
            }};
}

}  // namespace laminar::arguments
