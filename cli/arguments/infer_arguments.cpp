#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/commands/infer_command.h"

namespace laminar::arguments {

Command add_infer(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<InferOptions>();
    CLI::App* command = program.add_subcommand("infer", "Looks at what a feed sends and writes the definitions for it");
    command->add_option("SOURCE", options->source,
                        "ws:// or wss:// URL of the feed, or a file of recorded messages, one a line");
    command
        ->add_option("--asyncapi", options->async_api,
                     "Instead of SOURCE a description of the feed: AsyncAPI 2 or 3, as JSON or YAML")
        ->type_name("FILE");
    command
        ->add_option("--endpoint", options->endpoint,
                     "Where the messages of the file are from; of a description, instead of what it says")
        ->type_name("URL");
    add_texts(*command, "--header", "NAME:VALUE", "Header of the handshake; may be given repeatedly", options->headers);
    add_texts(*command, "--subscribe", "MESSAGE", "Message to send first; may be given repeatedly",
              options->subscribe_messages);
    add_texts(*command, "--option", "NAME=VALUE", "Further option of the connection, as in CREATE CONNECTION",
              options->connection_options);
    add_duration(*command, "--for", "How long to look, from when it is connected (10s)", options->limits.duration);
    add_count(*command, "--messages", "How many messages to look at, at most (10000)", options->limits.messages);
    add_size(*command, "--size", "How many bytes of messages to look at, at most (16MiB)", options->limits.bytes);
    command->add_option("--name", options->name, "Of the connection; else it is called after the host")
        ->type_name("NAME");
    command->add_option("--output", options->output, "Where to write the script, instead of standard output")
        ->type_name("FILE");
    command->add_flag("--force", options->force, "Overwrite that file");
    add_secret_sources(*command, common.secrets);
    add_log_options(*command, common);
    command->footer(
        "Exit code: 0 the tables take all messages that are for them (those that are no JSON, or for no table, are "
        "told "
        "of), 1 they do not or there is no script, 2 wrong usage or a file that cannot be read.\n"
        "Examples:\n"
        "  laminar infer 'wss://stream.example.com/all' --for 30s --output feed.sql\n"
        "  laminar infer wss://stream.example.com --header 'X-API-Key: ${secret:api_key}' "
        "--subscribe '{\"op\": \"subscribe\"}'\n"
        "  laminar infer recorded.ndjson --endpoint wss://stream.example.com\n"
        "Signals: SIGINT and SIGTERM end the sample early, a second one at once.");
    return {command, [options, &common] {
                options->secrets = common.secrets;
                options->log = common.log("warn");
                return infer_command(*options);
            }};
}

}  // namespace laminar::arguments
