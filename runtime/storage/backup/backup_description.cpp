#include "runtime/storage/backup/backup_description.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "runtime/storage/files/file_access.h"

namespace laminar {

namespace {

constexpr int format_version = 1;
constexpr std::string_view format_words = "laminar backup, format ";

/// Of the line "name value".
template <class Number>
Number number_of(std::string_view text, std::string_view name) {
    const std::string begin = fmt::format("\n{} ", name);
    const std::size_t at = text.find(begin);
    Number number = 0;
    const std::string_view rest = at == std::string_view::npos ? std::string_view() : text.substr(at + begin.size());
    if (std::from_chars(rest.data(), rest.data() + rest.size(), number).ec != std::errc())
        throw DamagedFile(fmt::format("{} in it does not say \"{}\"", description_name, name));
    return number;
}

}  // namespace

std::string describe_backup(const BackupFacts& facts, const std::string& version) {
    return fmt::format(
        "{}{}\nlaminar {}\ndatabase_bytes {}\nlog_bytes {}\ncheckpoint {}\ncommits {}\ncommitted_at {}\nmade_at {}\n",
        format_words, format_version, version, facts.database_bytes, facts.log_bytes, facts.checkpoint, facts.commits,
        facts.committed_at, facts.made_at);
}

BackupFacts read_description(const std::string& text) {
    std::string_view first = std::string_view(text).substr(0, text.find('\n'));
    if (!first.starts_with(format_words)) throw DamagedFile("it is not a backup of Laminar");
    first.remove_prefix(format_words.size());
    if (first != fmt::to_string(format_version))
        throw DamagedFile(
            fmt::format("it is a backup of format {}, and this Laminar knows format {}; use the version that "
                        "made it",
                        first, format_version));
    BackupFacts facts;
    facts.database_bytes = number_of<std::uint64_t>(text, "database_bytes");
    facts.log_bytes = number_of<std::uint64_t>(text, "log_bytes");
    facts.checkpoint = number_of<std::uint64_t>(text, "checkpoint");
    facts.commits = number_of<std::uint64_t>(text, "commits");
    facts.committed_at = number_of<std::int64_t>(text, "committed_at");
    facts.made_at = number_of<std::int64_t>(text, "made_at");
    return facts;
}

}  // namespace laminar
