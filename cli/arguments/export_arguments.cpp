#include <memory>

#include "cli/arguments/command_arguments.h"
#include "cli/export/export_command.h"
#include "cli/export/export_target.h"

namespace laminar::arguments {

Command add_export(CLI::App& program, CommonArguments& common) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command = program.add_subcommand("export", "Writes the pipelines of scripts for Apache Flink");
    command
        ->add_option("DIR", options->directory,
                     "Folder for pipelines.sql, ingest.sql and NOTES.md; - is standard output")
        ->required();
    command->add_option("FILE", options->paths, "Scripts, which together are one; as for laminar check")->required();
    add_choice<ExportTarget>(*command, "--target", "What the pipelines are to run on", {{"flink", ExportTarget::flink}},
                             [](ExportTarget) {});
    command->get_option("--target")->required();
    add_texts(*command, "--catalog", "FILE",
              "File whose declarations the scripts may refer to; may be given repeatedly", options->catalogs);
    add_texts(*command, "--pipeline", "NAME", "Export this pipeline, and what it reads, alone; may be given repeatedly",
              options->pipelines);
    command
        ->add_option("--bootstrap-servers", options->bootstrap_servers,
                     "The Kafka brokers as Flink and Laminar reach them: HOST:PORT, several with commas")
        ->type_name("SERVERS")
        ->capture_default_str();
    command->footer(
        "Exit code: 0 written, 1 findings (nothing is written), 2 wrong usage or a file that cannot be read or "
        "written.\n"
        "Examples:\n"
        "  laminar export --target flink cluster/ prices.sql\n"
        "  laminar export --target flink --pipeline averages --bootstrap-servers kafka:9092 cluster/ sql/*.sql");
    return {command, [options, &common] {
                options->secrets = common.secrets;
                return export_command(*options);
            }};
}

}  // namespace laminar::arguments
