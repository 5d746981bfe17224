#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/arguments/command_arguments.h"
#include "cli/directory/directory_commands.h"
#include "parser/text/ascii.h"

namespace laminar::arguments {

namespace {

/// The word between what is copied and where it goes, so that nobody has them the wrong way round.
void add_word_to(CLI::App& command, const std::string& usage) {
    const CLI::Validator is_to(
        [usage](const std::string& word) {
            return equals_ignoring_case(word, "TO") ? std::string()
                                                    : fmt::format("write TO in the place of \"{}\": {}", word, usage);
        },
        "{TO}");
    command.add_option("TO", "The word TO")->required()->check(is_to);
}

}  // namespace

Command add_backup(CLI::App& program) {
    const auto options = std::make_shared<BackupOptions>();
    CLI::App* command =
        program.add_subcommand("backup",
                               "Writes what is committed in a data directory to a file, while a process uses "
                               "the directory as well");
    command->add_option("DIR", options->directory, "The data directory")->required();
    add_word_to(*command, "laminar backup DIR TO FILE");
    command->add_option("FILE", options->file, "The backup, a tar archive; there must be no file of that name")
        ->required();
    command->footer(
        "Exit code: 0 done, 1 no backup has been made, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar backup /var/lib/laminar TO /backup/monday.tar\n"
        "  laminar verify /backup/monday.tar");
    return {command, [options] { return backup_command(*options); }};
}

Command add_restore(CLI::App& program) {
    const auto options = std::make_shared<BackupOptions>();
    CLI::App* command = program.add_subcommand("restore", "Makes a data directory of a backup");
    command->add_option("FILE", options->file, "The backup")->required();
    add_word_to(*command, "laminar restore FILE TO DIR");
    command->add_option("DIR", options->directory, "The data directory; it must not be there, or be empty")->required();
    command->footer(
        "Exit code: 0 done, 1 nothing has been restored, 2 wrong usage.\n"
        "Examples:\n"
        "  laminar restore /backup/monday.tar TO /var/lib/laminar");
    return {command, [options] { return restore_command(*options); }};
}

Command add_verify(CLI::App& program) {
    const auto options = std::make_shared<VerifyOptions>();
    CLI::App* command = program.add_subcommand(
        "verify", "Checks a data directory that no process uses, or a backup, and changes nothing");
    command->add_option("PATH", options->path, "The data directory, or the file of a backup")->required();
    add_choice<VerifyFormat>(*command, "--format", "Of what has been found",
                             {{"text", VerifyFormat::text}, {"json", VerifyFormat::json}},
                             [options](VerifyFormat format) { options->format = format; });
    command->footer(
        "Exit code: 0 sound, 1 damaged, 2 wrong usage, or it cannot be checked.\n"
        "A backup is unpacked for as long, in the directory that TMPDIR names (/tmp).\n"
        "Examples:\n"
        "  laminar verify /var/lib/laminar\n"
        "  laminar verify --format json /backup/monday.tar");
    return {command, [options] { return verify_command(*options); }};
}

}  // namespace laminar::arguments
