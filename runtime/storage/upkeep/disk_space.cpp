#include "runtime/storage/upkeep/disk_space.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "runtime/engine/engine.h"

namespace laminar {

namespace {

constexpr std::chrono::milliseconds look_every{100};
/// Reading goes on when so much of the limit, the reciprocal, is free again: not for every row that goes.
constexpr std::uint64_t part_to_be_free = 20;
/// What must stay free on the disk: a cycle is committed whole, and a checkpoint writes before it gives back.
constexpr std::uint64_t least_free_bytes = 16ULL << 20;

std::uint64_t bytes_in(const std::string& folder) {
    std::uint64_t bytes = 0;
    std::error_code problem;
    for (std::filesystem::directory_iterator file(folder, problem), end; !problem && file != end;
         file.increment(problem)) {
        std::error_code gone;
        const std::uintmax_t size = file->file_size(gone);
        if (!gone) bytes += size;
    }
    return bytes;
}

}  // namespace

DiskSpace::DiskSpace(const DataDirectory& directory, const CommitRecorder& recorder, Checkpoints& checkpoints)
    : directory_(directory), recorder_(recorder), checkpoints_(checkpoints) {}

void DiskSpace::set_limit(std::optional<std::uint64_t> limit) {
    limit_ = limit;
    next_look_ = {};
}

std::uint64_t DiskSpace::used_bytes(Engine& engine) const {
    // The file does not become smaller when rows go: their blocks are free for others.
    const ResultTable size = engine.query("SELECT block_size * used_blocks FROM pragma_database_size()");
    const auto blocks = static_cast<std::uint64_t>(size.values[0].values<std::int64_t>()[0]);
    return blocks + recorder_.log_bytes() + bytes_in(directory_.spill_directory());
}

std::string DiskSpace::find_problem(Engine& engine) const {
    if (limit_) {
        const std::uint64_t used = used_bytes(engine);
        const std::uint64_t bound = problem_.empty() ? *limit_ : *limit_ - *limit_ / part_to_be_free;
        if (used >= bound)
            return fmt::format(
                "the data directory has {} bytes, and disk_limit is {}: inputs are not read, and nothing is inserted, "
                "until there is room. Delete rows, let tables retain fewer, or raise it (SET disk_limit)",
                used, *limit_);
    }
    struct statvfs disk {};
    if (::statvfs(directory_.path().c_str(), &disk) != 0) return {};  // Whoever writes finds out.
    const std::uint64_t available = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    const std::uint64_t needed = least_free_bytes + recorder_.log_bytes();
    if (available >= needed) return {};
    return fmt::format(
        "the disk of the data directory has {} bytes left, and {} are needed to go on safely: inputs are not read, "
        "and nothing is inserted, until there is room. Make some",
        available, needed);
}

bool DiskSpace::has_room(Engine& engine) {
    const Clock::time_point now = Clock::now();
    if (now < next_look_) return problem_.empty();
    std::string found = find_problem(engine);
    // What has been deleted takes space until then.
    if (!found.empty() && recorder_.log_bytes() > 0 && checkpoints_.make_now(engine)) found = find_problem(engine);
    if (found.empty() != problem_.empty()) {
        if (found.empty())
            spdlog::info("there is room in the data directory again: inputs are read on");
        else
            spdlog::error("{}", found);
    }
    problem_ = std::move(found);
    next_look_ = Clock::now() + look_every;
    return problem_.empty();
}

}  // namespace laminar
