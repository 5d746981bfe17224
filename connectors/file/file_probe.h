#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connectors/connection.h"

namespace laminar {

/// Bytes of one record of a file.
inline constexpr std::size_t longest_file_record = 16u << 20;

/// Throws std::runtime_error (std::system_error) unless it can be read and begins and ends like a Parquet file.
void check_parquet_file(const std::string& path);

/// The steps of test_connection for a file: whether it can be read, or created and appended to. Leaves no trace.
[[nodiscard]] std::vector<ConnectionTestStep> test_readable_file(const std::string& path);
[[nodiscard]] std::vector<ConnectionTestStep> test_writable_file(const std::string& path);

}  // namespace laminar
