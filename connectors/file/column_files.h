#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connectors/rows/column_rows.h"

namespace laminar {

/// Writes one file of columns. Used by one thread, except interrupt; it may wait for the disk. Throws
/// std::runtime_error. Destroyed before finish has succeeded, it leaves no trace.
class ColumnFileWriter {
public:
    virtual ~ColumnFileWriter() = default;
    virtual void write(std::shared_ptr<const ColumnRows> rows) = 0;
    /// Puts the complete file in its place.
    virtual void finish() = 0;
    /// Makes write and finish give up, by throwing. Any thread.
    virtual void interrupt() noexcept = 0;
};

/// Files of columns (Parquet), which only an SQL engine can read and write: the runtime has it, connections do not.
/// Thread-safe, and none of it for I/O threads.
class ColumnFiles {
public:
    virtual ~ColumnFiles() = default;
    /// Hands over the rows of a file part by part, in order, at least once (without rows: an empty file's columns),
    /// until consume returns false. Throws std::runtime_error for what cannot be read.
    virtual void read_parquet(const std::string& path, const std::function<bool(const ColumnRows&)>& consume) = 0;
    /// A file with these columns. If there is one already, its rows come first. Rows may leave out columns (NULL), and
    /// must have no others.
    virtual std::unique_ptr<ColumnFileWriter> write_parquet(const std::string& path,
                                                            std::vector<OutputColumn> columns) = 0;
};

}  // namespace laminar
