#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/test_command.h"

namespace laminar::arguments {

Command add_test(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<TestOptions>();
    CLI::App* command =
        program.add_subcommand("test", "Tests pipelines with recorded messages, without their endpoints");
    command->add_option("PATH", options->paths, "Test files, folders with *.test files, patterns")->required();
    command->add_option("--only", options->only, "Tests whose name has this in it")->type_name("TEXT");
    command->add_flag("--update", options->update, "Write what came out into the test files");
    add_choice<TestFormat>(*command, "--format", "Of results",
                           {{"text", TestFormat::text}, {"junit", TestFormat::junit}},
                           [options](TestFormat format) { options->format = format; });
    add_secret_sources(*command, common.secrets);
    add_log_options(*command, common);
    command->footer(
        "Exit code: 0 all passed, 1 some did not, 2 wrong usage or a test file that cannot be read.\n"
        "Examples:\n"
        "  laminar test tests/\n"
        "  laminar test --update trades.test\n"
        "  laminar test --format junit tests/ > laminar-tests.xml");
    return {command, [options, &common] {
                options->secrets = common.secrets;
                options->log = common.log("off");
                return test_command(*options);
            }};
}

}  // namespace laminar::arguments
