#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "catalog/options/option_schema.h"

namespace laminar {

/// What SET can change, for all sessions of the database; SHOW SETTINGS lists it. NULL puts the default back. But for
/// max_latency they are settings of the engine under the same names: the session passes a value on as it is, and the
/// default of threads, which is another than the engine's.
struct SessionSettings : OptionSet {
    std::chrono::microseconds max_latency{5000};  ///< Larger: fewer cycles of the engine, for so much later rows.
    std::string memory_limit;  ///< Larger: more of large sorts and joins stays out of temporary files.
    std::int64_t threads = 1;  ///< More: large queries end sooner, and leave less for streams meanwhile.
};

inline constexpr const char* max_latency_setting = "max_latency";
inline constexpr const char* threads_setting = "threads";

[[nodiscard]] const OptionSchema& session_setting_schema();

}  // namespace laminar
