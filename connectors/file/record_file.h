#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "connectors/local/record_buffer.h"

namespace laminar {

/// Appends records, which end with a line feed, to a file. Where not all of them can be written (a full disk), the file
/// ends after a whole one; where a file does not end with a line feed (a program that was killed, an editor), the first
/// record begins a line of its own. Throws std::system_error. Used by one thread.
class RecordFile {
public:
    explicit RecordFile(std::string path) : path_(std::move(path)) {}
    ~RecordFile();
    RecordFile(const RecordFile&) = delete;
    RecordFile& operator=(const RecordFile&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Creates the file if there is none. quoted: line feeds may stand in double quotes (CSV), and quotes that are open
    /// at the end are closed.
    void open(bool quoted);
    /// Where records are made: text is added to it, then end_record called. They are kept until flush.
    [[nodiscard]] RecordBuffer& buffer() noexcept { return buffer_; }
    void flush();
    void close();
    /// How long the file is now; 0 while it is not there. Nothing where it is no file (a pipe, a device).
    [[nodiscard]] std::optional<std::uint64_t> length() const;
    /// Before open: it had this length once, and is cut back to it when it is opened, which throws
    /// std::runtime_error when it is shorter now.
    void cut_back_to(std::uint64_t length) { recorded_ = length; }
    /// The same, at once. Nothing without cut_back_to.
    void cut_back();
    /// From now on what flush has written is on disk when it returns.
    void be_durable() noexcept { is_durable_ = true; }
    /// Records that are in the file, whole.
    [[nodiscard]] std::uint64_t records_written() const noexcept { return written_; }

private:
    [[noreturn]] void fail(int error) const;
    void begin_line(bool quoted);
    /// Returns how many bytes are in the file; error is 0 when that is all.
    std::size_t write(int& error) const;

    const std::string path_;
    int descriptor_ = -1;
    RecordBuffer buffer_;
    std::uint64_t written_ = 0;
    std::optional<std::uint64_t> recorded_;
    bool is_durable_ = false;
};

}  // namespace laminar
