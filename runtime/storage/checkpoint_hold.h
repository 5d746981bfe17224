#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/storage/files/directory_files.h"
#include "runtime/storage/files/file_access.h"

namespace laminar {

class Engine;

/// Asks the process that uses a directory to make no checkpoint for as long as this lives (or the process that has it):
/// what a checkpoint has written stays as it is until the next. By a lock on a file (laminar.hold), which ends with its
/// owner. It is a request: whoever copies looks afterwards whether a checkpoint has been made all the same.
class CheckpointRequest {
public:
    /// Throws DamagedFile when the file cannot be made, or another process holds it.
    explicit CheckpointRequest(const DirectoryFiles& files);
    ~CheckpointRequest();
    CheckpointRequest(const CheckpointRequest&) = delete;
    CheckpointRequest& operator=(const CheckpointRequest&) = delete;

private:
    std::string path_;
    FileDescriptor file_;
};

/// The other side of it. Engine thread only.
class CheckpointHold {
public:
    explicit CheckpointHold(const DirectoryFiles& files) : path_(files.hold()) {}

    /// Looks now and then whether somebody asks, and has the engine put off its checkpoints until its log is large:
    /// nobody can have it grow without bound. Whether no checkpoint is to be made now. Between cycles.
    bool holds(Engine& engine);
    /// With so many bytes of log the engine makes one by itself, when nobody holds it off. Throws EngineException.
    void set_threshold(Engine& engine, std::uint64_t bytes);

private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool is_asked_for() const;

    std::string path_;
    Clock::time_point next_look_;
    bool held_ = false;
    std::uint64_t threshold_ = 0;
};

}  // namespace laminar
