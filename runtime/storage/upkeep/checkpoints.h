#pragma once

#include <cstdint>

#include "runtime/storage/checkpoint_hold.h"
#include "runtime/storage/commit_recorder.h"

namespace laminar {

class Engine;

/// When the log of a data directory is worked off into its database. The engine would do it within the commit with
/// which the log has become so large: what leaves after that commit would wait for all of it. Here it is done between
/// cycles, when what was committed has left, sooner when nothing comes. See
/// docs/decisions/0061-the-cycle-is-the-group-of-a-commit.md. Engine thread only: commits and checkpoints are made on
/// one thread (CommitRecorder).
class Checkpoints {
public:
    /// recorder outlives it. Throws EngineException.
    Checkpoints(Engine& engine, const DirectoryFiles& files, const CommitRecorder& recorder);

    /// In bytes of log. Throws EngineException.
    void set_threshold(Engine& engine, std::uint64_t bytes);
    [[nodiscard]] std::uint64_t threshold() const noexcept { return threshold_; }

    /// Makes one when it is due, and nobody holds it off or reads. Between cycles, with no transaction open. is_quiet:
    /// nothing has come in this cycle. What fails is logged; the next commit fails as well, if it is the disk.
    void make_if_due(Engine& engine, bool is_quiet);
    /// Makes one now, to have its space back, unless somebody holds it off or reads. False: none has been made.
    bool make_now(Engine& engine);

private:
    const CommitRecorder& recorder_;
    CheckpointHold hold_;
    std::uint64_t threshold_ = 0;
    std::uint64_t failed_at_ = 0;  ///< Bytes of log, of the last that failed: not tried again before it is twice that.
};

}  // namespace laminar
