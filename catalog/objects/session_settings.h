#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "catalog/options/option_schema.h"

namespace laminar {

/// What SET can change, for all sessions of the database; SHOW SETTINGS lists it. NULL puts the default back. But for
/// max_latency and those of the data directory they are settings of the engine under the same names: the session passes
/// a value on as it is, and the default of threads, which is another than the engine's.
struct SessionSettings : OptionSet {
    std::chrono::microseconds max_latency{5000};  ///< Larger: fewer cycles of the engine, for so much later rows.
    std::string memory_limit;  ///< Larger: more of large sorts and joins stays out of temporary files.
    std::int64_t threads = 1;  ///< More: large queries end sooner, and leave less for streams meanwhile.
    // Of a data directory:
    std::chrono::milliseconds commit_interval_ms{10};  ///< Larger: fewer commits, for so much later results.
    std::string checkpoint_threshold = "8MB";          ///< Larger: fewer checkpoints, each longer, and a longer start.
    std::string disk_limit;                            ///< Empty: the disk is the limit.
};

inline constexpr const char* max_latency_setting = "max_latency";
inline constexpr const char* threads_setting = "threads";
inline constexpr const char* memory_limit_setting = "memory_limit";
inline constexpr const char* commit_interval_setting = "commit_interval_ms";
inline constexpr const char* checkpoint_threshold_setting = "checkpoint_threshold";
inline constexpr const char* disk_limit_setting = "disk_limit";

/// A size that Laminar itself reads (parse_byte_size), not the engine.
[[nodiscard]] constexpr bool is_size_setting(std::string_view name) noexcept {
    return name == checkpoint_threshold_setting || name == disk_limit_setting;
}

[[nodiscard]] const OptionSchema& session_setting_schema();

}  // namespace laminar
