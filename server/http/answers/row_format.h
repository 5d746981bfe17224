#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/catalog_object.h"
#include "runtime/engine/engine.h"
#include "server/http/messages/answer.h"

namespace laminar::http {

/// How the rows of a result are written: one document, an object a line, lines of fields, or record batches (Arrow IPC
/// stream).
enum class RowFormat : std::uint8_t { json, ndjson, csv, arrow };

/// What the Accept header wants most; nothing: none of these.
[[nodiscard]] std::optional<RowFormat> wanted_format(std::string_view accept);
[[nodiscard]] std::string_view media_type_of(RowFormat format) noexcept;

/// [{"name": ..., "type": ...}, ...]; the type is null where it is not decided.
[[nodiscard]] std::string columns_json(const std::vector<OutputColumn>& columns);
/// [1,"x",null]
void append_row_json(std::string& out, const ResultTable& rows, std::size_t row);

/// Writes a result bit by bit: begin, rows, then end or broken_end.
class RowWriter {
public:
    explicit RowWriter(RowFormat format) : format_(format) {}

    void begin(std::string& out, const std::vector<OutputColumn>& columns);
    void row(std::string& out, const ResultTable& rows, std::size_t row);
    /// All of them; the only way for a format that takes_tables.
    void table(std::string& out, const ResultTable& rows);
    [[nodiscard]] bool takes_tables() const noexcept { return format_ == RowFormat::arrow; }
    /// tag: what the statement says when it has no rows. notices: objects.
    void end(std::string& out, std::string_view tag, const std::vector<std::string>& notices) const;
    /// The rest does not come.
    void broken_end(std::string& out, const Error& error) const;
    [[nodiscard]] std::size_t row_count() const noexcept { return row_count_; }

private:
    const RowFormat format_;
    std::size_t row_count_ = 0;
    std::vector<std::string> names_;
};

}  // namespace laminar::http
