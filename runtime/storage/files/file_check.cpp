#include "runtime/storage/files/file_check.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "runtime/storage/files/database_file.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

namespace {

constexpr std::string_view from_a_backup = "restore the directory from a backup (laminar restore)";

template <class Do>
auto checked(const char* name, std::string_view advice, Do&& check) {
    try {
        return check();
    } catch (const DamagedFile& problem) {
        throw DamagedFile(fmt::format("{}: {}; {}", name, problem.what(), advice));
    }
}

/// The log has everything that was committed, and nothing in it has changed since.
void check_log(const FileFacts& facts) {
    const LogContent& log = facts.log;
    std::uint64_t needed =
        facts.mark && facts.mark->checkpoint == facts.checkpoint ? facts.mark->log_bytes : std::uint64_t{0};
    if (needed <= log_beginning_bytes) needed = 0;  // A power cut may take it away.
    const std::string go_on =
        fmt::format("{}, or delete {} to go on without what is missing", from_a_backup, mark_name);
    if (log.bytes == 0 && needed > 0)
        throw DamagedFile(fmt::format("{} is missing or empty, and it had {} bytes with the last commit; {}", log_name,
                                      needed, go_on));
    if (log.bytes < needed)
        throw DamagedFile(fmt::format("{}: it has {} bytes, and had {} with the last commit: its end is missing; {}",
                                      log_name, log.bytes, needed, go_on));
    if (log.is_damaged || log.committed_bytes < needed)
        throw DamagedFile(
            fmt::format("{}: what is at byte {} is not what was written, and what was committed follows; {}", log_name,
                        log.sound_bytes, from_a_backup));
}

}  // namespace

FileFacts check_files(const DirectoryFiles& files, std::uint64_t largest_read) {
    FileFacts facts;
    checked(database_name, from_a_backup, [&] {
        const DatabaseFile database(files.database());
        facts.database_bytes = database.size();
        facts.blocks = database.blocks_in_use();
        facts.checkpoint = database.checkpoint();
        facts.blocks_checked = facts.database_bytes <= largest_read;
        if (facts.blocks_checked) database.check_blocks();
    });
    facts.mark = checked(mark_name, "restore the directory from a backup, or delete it to go on without that check",
                         [&] { return read_mark(files.mark()); });
    if (facts.mark && facts.mark->checkpoint > facts.checkpoint)
        throw DamagedFile(
            fmt::format("{}: it is older than what has been committed (checkpoint {}, and {} knows {}); {}",
                        database_name, facts.checkpoint, mark_name, facts.mark->checkpoint, from_a_backup));
    facts.log = checked(log_name, from_a_backup, [&] { return read_log(files.log()); });
    check_log(facts);
    return facts;
}

}  // namespace laminar
