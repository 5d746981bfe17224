#include "runtime/storage/upkeep/checkpoints.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "catalog/objects/session_settings.h"
#include "parser/text/byte_size.h"
#include "runtime/engine/engine.h"
#include "runtime/storage/crash_point.h"

namespace laminar {

namespace {

/// With so many times the threshold the engine makes one by itself, in a commit: while somebody reads without end, say.
constexpr std::uint64_t times_until_the_engine_does = 8;
/// When nothing comes, less of a log is worth it: whoever comes next does not wait for it.
constexpr std::uint64_t part_when_quiet = 2;

}  // namespace

Checkpoints::Checkpoints(Engine& engine, const DirectoryFiles& files, const CommitRecorder& recorder)
    : recorder_(recorder), hold_(files) {
    set_threshold(engine, parse_byte_size(SessionSettings().checkpoint_threshold).value());
}

void Checkpoints::set_threshold(Engine& engine, std::uint64_t bytes) {
    hold_.set_threshold(engine, bytes * times_until_the_engine_does);
    threshold_ = bytes;
    failed_at_ = 0;
}

void Checkpoints::make_if_due(Engine& engine, bool is_quiet) {
    // First: whoever asks for a hold is answered, whether one is due or not.
    const bool is_held = hold_.holds(engine);
    const std::uint64_t log = recorder_.log_bytes();
    const bool is_due = log >= threshold_ || (is_quiet && log >= threshold_ / part_when_quiet);
    if (is_held || !is_due || log < 2 * failed_at_) return;
    (void)make_now(engine);
}

bool Checkpoints::make_now(Engine& engine) {
    // The engine waits for scans that are under way before it works off their rows.
    if (hold_.holds(engine) || engine.has_snapshots()) return false;
    const std::uint64_t log = recorder_.log_bytes();
    const auto began = std::chrono::steady_clock::now();
    try {
        engine.execute("CHECKPOINT");
    } catch (const EngineException& problem) {
        failed_at_ = std::max<std::uint64_t>(log, 1);
        spdlog::warn("the log of the data directory could not be worked off: {}", problem.what());
        return false;
    }
    failed_at_ = 0;
    crash_point("checkpoint.made");
    spdlog::debug(
        "{} bytes of log worked off in {} ms", log,
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began).count());
    return true;
}

}  // namespace laminar
