#pragma once

#include <optional>
#include <string>

namespace laminar {

/// What is remembered of a job beside its pipelines.sql, in job.json: `laminar status` and `cancel` find it there.
struct SubmittedJob {
    std::string gateway;  ///< Its URL.
    std::string id;       ///< As Flink has given it.
    std::string name;
    std::string savepoint;  ///< Where its state was left when it was ended; empty: nowhere.
};

/// Nothing: the folder has no job.json. Throws std::runtime_error where it cannot be read.
[[nodiscard]] std::optional<SubmittedJob> read_submitted_job(const std::string& directory);
/// Replaces job.json as a whole. Throws std::runtime_error.
void write_submitted_job(const std::string& directory, const SubmittedJob& job);

}  // namespace laminar
