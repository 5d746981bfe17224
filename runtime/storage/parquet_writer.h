#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connectors/file/column_files.h"

namespace laminar {

/// Writes a Parquet file with one COPY that runs, on a thread of its own, for as long as rows come: what is kept in
/// memory is a row group. It writes to PATH.part, which finish renames. The rows of a file that is there already are
/// copied first. HUGEINT and UHUGEINT become DECIMAL(38, 0) (Parquet has no such integers), and ENUM, UNION, BIT and
/// TIMETZ text.
[[nodiscard]] std::unique_ptr<ColumnFileWriter> make_parquet_writer(const std::string& path,
                                                                    std::vector<OutputColumn> columns);

/// What to write after FROM to read one Parquet file, whatever characters its name has.
[[nodiscard]] std::string parquet_scan(const std::string& path);

}  // namespace laminar
