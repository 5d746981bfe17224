#include "runtime/storage/files/commit_mark.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "runtime/storage/files/engine_sum.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

namespace {

constexpr std::size_t most_bytes = 256;

std::string without_sum(const CommitMark& mark) {
    // Always as long: it is written over the one before.
    return fmt::format("checkpoint {:020} log {:020} commits {:020} committed {:020} checkpointed {:020}",
                       mark.checkpoint, mark.log_bytes, mark.commits, mark.committed_at, mark.checkpointed_at);
}

}  // namespace

std::string write_mark(const CommitMark& mark) {
    const std::string text = without_sum(mark);
    return fmt::format("{} sum {:016x}\n", text, engine_sum(text));
}

std::optional<CommitMark> parse_mark(const std::string& line) {
    CommitMark mark;
    // NOLINTNEXTLINE(cert-err34-c): what does not come out as it was written is refused below.
    const int fields = std::sscanf(
        line.c_str(),
        "checkpoint %" SCNu64 " log %" SCNu64 " commits %" SCNu64 " committed %" SCNd64 " checkpointed %" SCNd64,
        &mark.checkpoint, &mark.log_bytes, &mark.commits, &mark.committed_at, &mark.checkpointed_at);
    if (fields != 5 || write_mark(mark) != line) return std::nullopt;
    return mark;
}

std::optional<CommitMark> read_mark(const std::string& path) {
    const FileDescriptor file(path, O_RDONLY);
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) throw DamagedFile(fmt::format("it cannot be opened: {}", system_message(errno)));
    std::string text(most_bytes, '\0');
    text.resize(read_at(file.get(), 0, text.data(), text.size()));
    if (text.empty()) return std::nullopt;  // It was being made.
    std::optional<CommitMark> mark = parse_mark(text);
    if (!mark) throw DamagedFile("it does not say how far the log goes");
    return mark;
}

}  // namespace laminar
