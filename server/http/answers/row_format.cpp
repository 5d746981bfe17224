#include "server/http/answers/row_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_encoder.h"
#include "connectors/codec/values/base64.h"
#include "connectors/codec/values/scalar_text.h"
#include "parser/text/ascii.h"
#include "parser/text/json_writer.h"
#include "server/http/answers/arrow_batch.h"
#include "server/http/answers/arrow_metadata.h"
#include "server/postgres/session/copy_rows.h"

namespace laminar::http {

namespace {

constexpr std::array<std::pair<std::string_view, RowFormat>, 9> formats{
    {{"application/json", RowFormat::json},
     {"*/*", RowFormat::json},
     {"application/*", RowFormat::json},
     {"application/x-ndjson", RowFormat::ndjson},
     {"application/ndjson", RowFormat::ndjson},
     {"application/jsonl", RowFormat::ndjson},
     {"text/csv", RowFormat::csv},
     {"text/*", RowFormat::csv},
     {"application/vnd.apache.arrow.stream", RowFormat::arrow}}};

/// What no number is, as run --format csv writes it; NULL is empty.
std::string not_finite_text(double value) {
    if (std::isnan(value)) return "nan";
    return value < 0 ? "-inf" : "inf";
}

/// As people read it; what is nested, as JSON.
std::string field_text(const ColumnVector& values, std::size_t row) {
    std::string text;
    if (append_scalar_text(text, values, row, MomentStyle::spaced)) return text;
    if (values.physical() == PhysicalType::float32) return not_finite_text(values.values<float>()[row]);
    if (values.physical() == PhysicalType::float64) return not_finite_text(values.values<double>()[row]);
    if (values.physical() != PhysicalType::string) {
        append_json_value(text, values, row);
    } else if (values.type().id == TypeId::blob) {
        append_base64(text, values.string_at(row));
    } else {
        text = values.string_at(row);
    }
    return text;
}

void append_csv(std::string& out, const std::vector<std::optional<std::string>>& fields) {
    static const postgres::CopyFormat csv{.is_csv = true, .has_header = true, .delimiter = ',', .null = ""};
    postgres::append_copy_line(out, csv, fields);
}

}  // namespace

namespace {

/// The weight of a range of Accept (";q=0.5"), in thousandths; what is not written so counts in full.
unsigned weight_of(std::string_view parameters) {
    constexpr unsigned whole = 1000;
    const std::size_t at = parameters.find("q=");
    if (at == std::string_view::npos) return whole;
    const std::string_view text = parameters.substr(at + 2, 5);
    if (text.empty() || text.front() != '0') return whole;
    unsigned weight = 0;
    unsigned place = whole / 10;
    for (std::size_t i = 2; i < text.size() && text[1] == '.' && text[i] >= '0' && text[i] <= '9'; ++i, place /= 10)
        weight += static_cast<unsigned>(text[i] - '0') * place;
    return weight;
}

}  // namespace

std::optional<RowFormat> wanted_format(std::string_view accept) {
    if (accept.find_first_not_of(" \t") == std::string_view::npos) return RowFormat::json;
    std::optional<RowFormat> wanted;
    unsigned most = 0;
    while (!accept.empty()) {
        std::string_view range = accept.substr(0, accept.find(','));
        accept.remove_prefix(std::min(range.size() + 1, accept.size()));
        const std::string_view parameters = range.substr(std::min(range.find(';'), range.size()));
        range = range.substr(0, range.find(';'));
        range.remove_prefix(std::min(range.find_first_not_of(" \t"), range.size()));
        range = range.substr(0, range.find_last_not_of(" \t") + 1);
        const auto found = std::find_if(formats.begin(), formats.end(),
                                        [&](const auto& each) { return equals_ignoring_case(each.first, range); });
        const unsigned weight = weight_of(parameters);
        if (found == formats.end() || weight <= most) continue;
        most = weight;
        wanted = found->second;
    }
    return wanted;
}

std::string_view media_type_of(RowFormat format) noexcept {
    switch (format) {
        case RowFormat::ndjson:
            return "application/x-ndjson";
        case RowFormat::csv:
            return "text/csv; charset=utf-8";
        case RowFormat::arrow:
            return "application/vnd.apache.arrow.stream";
        case RowFormat::json:
            break;
    }
    return "application/json";
}

std::string columns_json(const std::vector<OutputColumn>& columns) {
    JsonWriter json;
    json.begin_array();
    for (const OutputColumn& column : columns) {
        json.begin_object().key("name").text(shown_column_name(column.name));
        json.key("type").text_or_null(column.type.id == TypeId::unknown ? "" : to_sql(column.type)).end_object();
    }
    json.end_array();
    return json.take();
}

void append_row_json(std::string& out, const ResultTable& rows, std::size_t row) {
    out += '[';
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        if (i > 0) out += ',';
        append_json_value_for_doubles(out, rows.values[i], row);
    }
    out += ']';
}

void RowWriter::begin(std::string& out, const std::vector<OutputColumn>& columns) {
    names_.clear();
    switch (format_) {
        case RowFormat::json:
            out += fmt::format("{{\"columns\":{},\"rows\":[", columns_json(columns));
            break;
        case RowFormat::ndjson:
            for (const OutputColumn& column : columns) {
                append_json_quoted(names_.emplace_back(), shown_column_name(column.name));
                names_.back() += ':';
            }
            break;
        case RowFormat::csv: {
            if (columns.empty()) break;
            std::vector<std::optional<std::string>> names;
            for (const OutputColumn& column : columns) names.emplace_back(shown_column_name(column.name));
            append_csv(out, names);
            break;
        }
        case RowFormat::arrow:
            append_arrow_schema(out, columns);
            break;
    }
}

void RowWriter::table(std::string& out, const ResultTable& rows) {
    if (!takes_tables()) {
        for (std::size_t i = 0; i < rows.rows; ++i) row(out, rows, i);
        return;
    }
    if (rows.rows > 0) append_arrow_rows(out, rows);
    row_count_ += rows.rows;
}

void RowWriter::row(std::string& out, const ResultTable& rows, std::size_t row) {
    switch (format_) {
        case RowFormat::json:
            if (row_count_ > 0) out += ',';
            out += '\n';
            append_row_json(out, rows, row);
            break;
        case RowFormat::ndjson:
            out += '{';
            for (std::size_t i = 0; i < rows.values.size(); ++i) {
                if (i > 0) out += ',';
                out += names_[i];
                append_json_value_for_doubles(out, rows.values[i], row);
            }
            out += "}\n";
            break;
        case RowFormat::csv: {
            std::vector<std::optional<std::string>> fields(rows.values.size());
            for (std::size_t i = 0; i < fields.size(); ++i)
                if (rows.values[i].is_valid(row)) fields[i] = field_text(rows.values[i], row);
            append_csv(out, fields);
            break;
        }
        case RowFormat::arrow:
            break;  // It comes by tables.
    }
    ++row_count_;
}

void RowWriter::end(std::string& out, std::string_view tag, const std::vector<std::string>& notices) const {
    if (format_ == RowFormat::arrow) append_arrow_end(out);
    if (format_ != RowFormat::json) return;
    out += fmt::format("],\"row_count\":{}", row_count_);
    if (!tag.empty()) {
        out += ",\"tag\":";
        append_json_quoted(out, tag);
    }
    out += fmt::format(",\"notices\":[{}]}}\n", fmt::join(notices, ","));
}

void RowWriter::broken_end(std::string& out, const Error& error) const {
    if (format_ == RowFormat::json)
        out += fmt::format("],\"row_count\":{},\"error\":{}}}\n", row_count_, error_json(error));
    if (format_ == RowFormat::ndjson) out += error_document(error) + "\n";
}

}  // namespace laminar::http
