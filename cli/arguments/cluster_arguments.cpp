#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/cluster/job_commands.h"

namespace laminar::arguments {

namespace {

void add_job(CLI::App& command, JobOptions& options) {
    command.add_option("DIR", options.directory, "Folder that laminar export --target flink has written")->required();
    command
        .add_option_function<std::string>(
            "--gateway",
            [&options](const std::string& url) {
                options.gateway = parse_gateway_address(url);
                if (!options.gateway)
                    throw CLI::ValidationError(
                        fmt::format("--gateway: \"{}\" is no address of a SQL gateway; write http://HOST:8083", url));
            },
            "The SQL gateway of Flink; that of the folder's job, when there is one")
        ->type_name("URL");
    command
        .add_option_function<std::string>(
            "--tls-ca", [&options](const std::string& file) { options.authority = file; },
            "Certificate authority to trust instead of the system's (PEM), with https://")
        ->type_name("FILE");
}

void add_setting(CLI::App& command, SubmitOptions& options) {
    command
        .add_option_function<std::vector<std::string>>(
            "--set",
            [&options](const std::vector<std::string>& settings) {
                for (const std::string& setting : settings) {
                    const std::size_t equals = setting.find('=');
                    if (equals == 0 || equals == std::string::npos)
                        throw CLI::ValidationError(fmt::format("--set: write KEY=VALUE instead of \"{}\"", setting));
                    options.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
                }
            },
            "A setting of Flink for this job (parallelism.default=4); may be given repeatedly")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
}

}  // namespace

Command add_submit(CLI::App& program) {
    const auto options = std::make_shared<SubmitOptions>();
    CLI::App* command = program.add_subcommand("submit", "Runs exported pipelines with Apache Flink");
    add_job(*command, *options);
    command->add_option("--name", options->name, "Name of the job; the folder's by default");
    add_setting(*command, *options);
    CLI::Option* savepoint =
        command->add_option("--savepoint", options->savepoint,
                            "Begin with the state that lies there, instead of where laminar cancel has left it");
    savepoint->type_name("PATH");
    command->add_flag("--anew", options->begins_anew, "Begin without any state")->excludes(savepoint);
    command->add_flag("--wait", options->waits,
                      "Wait until the job has ended, which one over topics does not by itself");
    command->footer(
        "The id of the job goes to standard output; it is kept in DIR/job.json.\n"
        "Exit code: 0 it runs (with --wait: it has finished), 1 Flink refuses it or it has failed, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar submit cluster/ --gateway http://127.0.0.1:8083\n"
        "  laminar submit cluster/ --set parallelism.default=4 --set 'execution.checkpointing.interval=10 s'");
    return {command, [options] { return submit_command(*options); }};
}

Command add_status(CLI::App& program) {
    const auto options = std::make_shared<JobOptions>();
    CLI::App* command = program.add_subcommand("status", "Shows the job that laminar submit has begun");
    add_job(*command, *options);
    command->footer(
        "Exit code: 0; 1 it has failed, or Flink does not know it; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar status cluster/");
    return {command, [options] { return status_command(*options); }};
}

Command add_cancel(CLI::App& program) {
    const auto options = std::make_shared<CancelOptions>();
    CLI::App* command =
        program.add_subcommand("cancel", "Ends the job that laminar submit has begun, and keeps its state");
    add_job(*command, *options);
    CLI::Option* place = command->add_option("--savepoint-dir", options->savepoint_directory,
                                             "Folder or URL for the state; as Flink is configured by default");
    place->type_name("PATH");
    CLI::Option* without = command->add_flag_callback(
        "--no-savepoint", [options] { options->leaves_state = false; }, "Let the state go");
    without->excludes(place);
    command->add_flag("--drain", options->drains, "Close all windows first, as if no row came any more")
        ->excludes(without);
    command->footer(
        "laminar submit DIR goes on with the state.\n"
        "Exit code: 0 it has ended, 1 it goes on, or did not run; 2 wrong usage.\n"
        "Examples:\n"
        "  laminar cancel cluster/ --savepoint-dir file:///var/lib/flink/savepoints");
    return {command, [options] { return cancel_command(*options); }};
}

}  // namespace laminar::arguments
