#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/check_command.h"

namespace laminar::arguments {

Command add_check(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<CheckOptions>();
    CLI::App* command = program.add_subcommand("check", "Validates scripts, each on its own, without any network");
    command
        ->add_option(
            "PATH", options->paths,
            "Scripts, Markdown files (their ```sql blocks), folders with them, patterns such as 'sql/**/*.sql'; - "
            "is standard input")
        ->required();
    command
        ->add_option("--catalog", options->catalogs,
                     "File whose declarations every checked file may refer to; may be given repeatedly")
        ->type_name("FILE")
        ->expected(1)
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_choice<CheckFormat>(*command, "--format", "Of findings",
                            {{"text", CheckFormat::text},
                             {"json", CheckFormat::json},
                             {"sarif", CheckFormat::sarif},
                             {"github", CheckFormat::github},
                             {"junit", CheckFormat::junit}},
                            [options](CheckFormat format) { options->format = format; });
    add_choice<ExportTarget>(*command, "--target", "Also report what cannot be exported to it (docs/cluster.md)",
                             {{"flink", ExportTarget::flink}},
                             [options](ExportTarget target) { options->target = target; });
    add_texts(*command, "--pipeline", "NAME", "With --target: look at this pipeline alone; may be given repeatedly",
              options->pipelines);
    command->add_flag("--require-secrets", options->require_secrets,
                      "Report secrets that cannot be found here and now");
    command->add_flag("--deny-warnings", options->deny_warnings, "Warnings fail the check as well");
    command->add_flag("--connect", options->connect, "Also try every connection; the only use of the network");
    add_secret_sources(*command, common.secrets);
    command->footer(
        "Exit code: 0 clean, 1 findings, 2 wrong usage or a file that cannot be read.\n"
        "Examples:\n"
        "  laminar check sql/ docs/\n"
        "  laminar check --catalog connections.sql --deny-warnings 'pipelines/**/*.sql'\n"
        "  laminar check --format sarif sql/ > laminar.sarif\n"
        "  laminar check --target flink sql/prices.sql");
    return {command, [options, &common] {
                options->secrets = common.secrets;
                return check_command(*options);
            }};
}

}  // namespace laminar::arguments
