#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include "cli/directory/directory_commands.h"
#include "cli/report/version.h"
#include "cli/terminal/count_text.h"
#include "runtime/storage/backup/backup.h"
#include "runtime/storage/data_directory.h"

namespace laminar {

namespace {

constexpr std::int64_t micros_per_second = 1'000'000;

std::string time_text(std::int64_t micros) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(micros / micros_per_second)));
}

/// Of when it is, and how much.
std::string summary(const BackupFacts& facts) {
    const std::string last = facts.committed_at == 0 ? std::string()
                                                     : fmt::format(", as of commit {} ({})", grouped(facts.commits),
                                                                   time_text(facts.committed_at));
    return fmt::format("{} bytes of database, {} of log{}", grouped(facts.database_bytes), grouped(facts.log_bytes),
                       last);
}

template <class Do>
int report(Do&& act) {
    try {
        fmt::print(stderr, "laminar: {}\n", act());
        return 0;
    } catch (const DataDirectoryError& problem) {
        fmt::print(stderr, "laminar: {}\n", problem.what());
        return 1;
    }
}

}  // namespace

int backup_command(const BackupOptions& options) {
    return report([&] {
        const BackupFacts facts = make_backup(options.directory, options.file, std::string(program_version()));
        return fmt::format("{} is in {}: {}", options.directory, options.file, summary(facts));
    });
}

int restore_command(const BackupOptions& options) {
    return report([&] {
        const BackupFacts facts = restore_backup(options.file, options.directory);
        return fmt::format("{} is in {}: {}", options.file, options.directory, summary(facts));
    });
}

}  // namespace laminar
