#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/cluster/sql_gateway.h"

namespace laminar {

/// What all commands about a job of a cluster are told.
struct JobOptions {
    std::string directory;                  ///< Where laminar export has written pipelines.sql.
    std::optional<GatewayAddress> gateway;  ///< Of Flink; nothing: that of the job that was submitted.
    std::optional<std::string> authority;   ///< A PEM file to trust instead of the system's authorities.
};

struct SubmitOptions : JobOptions {
    std::string name;                                           ///< Of the job; empty: the folder's.
    std::vector<std::pair<std::string, std::string>> settings;  ///< Of Flink, for this job.
    std::string savepoint;     ///< Where the state lies that it begins with; empty: where `cancel` has left it.
    bool begins_anew = false;  ///< Without any state.
    bool waits = false;        ///< Until the job has ended.
};

struct CancelOptions : JobOptions {
    std::string savepoint_directory;  ///< Where the state is to be left; empty: as Flink is configured.
    bool leaves_state = true;
    bool drains = false;  ///< Windows that are open are closed first.
};

// Each returns the exit code: 0 done, 1 not done, or the job has failed; 2 wrong usage, or a file that cannot be read.

/// Runs pipelines.sql of the folder with Flink, as one job.
[[nodiscard]] int submit_command(const SubmitOptions& options);
/// Prints id, state, beginning and name of the job.
[[nodiscard]] int status_command(const JobOptions& options);
/// Ends the job, with its state in a savepoint.
[[nodiscard]] int cancel_command(const CancelOptions& options);

}  // namespace laminar
