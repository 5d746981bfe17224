#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/file/file_reader.h"

namespace laminar {

struct CsvField {
    std::string text;
    bool quoted = false;
};

/// Reads CSV records (RFC 4180): commas, fields in double quotes with "" for a quote and line breaks inside, lines that
/// end in LF or CRLF, empty lines left out. A quote that is never closed reaches to the end of the file (is_cut_off).
/// Throws std::runtime_error for records beyond 16 MiB, and as FileReader does.
class CsvReader {
public:
    explicit CsvReader(const std::string& path);
    /// False at the end. fields is reused.
    bool read(std::vector<CsvField>& fields);
    /// The file ended within the quotes of the last record.
    [[nodiscard]] bool is_cut_off() const noexcept { return is_cut_off_; }

private:
    void read_field(CsvField& field, std::size_t& record_size);

    std::string path_;
    FileReader reader_;
    bool is_cut_off_ = false;
};

/// The field as CSV, in quotes where it needs them.
void append_csv_field(std::string& out, std::string_view text);

}  // namespace laminar
