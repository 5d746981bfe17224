#include "server/postgres/session/result_output.h"

#include <fmt/format.h>

#include <stdexcept>

#include "catalog/objects/column_name.h"
#include "server/postgres/values/postgres_type.h"
#include "server/postgres/values/value_text.h"

namespace laminar::postgres {

namespace {

constexpr std::size_t flush_size = 32 << 10;

void describe_column(MessageWriter& out, std::string_view name, const PostgresType& type) {
    out.text(name);
    out.int32(0);  // Of no table.
    out.int16(0);
    out.int32(type.oid);
    out.int16(type.size);
    out.int32(type.modifier);
    out.int16(0);  // Text.
}

void append_description(MessageWriter& out, const std::vector<OutputColumn>& columns) {
    out.begin('T');
    out.int16(static_cast<std::int16_t>(columns.size()));
    for (const OutputColumn& column : columns)
        describe_column(out, shown_column_name(column.name), postgres_type(column.type));
    out.end();
}

void append_row(MessageWriter& out, const ResultTable& rows, std::size_t row) {
    out.begin('D');
    out.int16(static_cast<std::int16_t>(rows.values.size()));
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        const ColumnVector& values = rows.values[i];
        if (!values.is_valid(row)) {
            out.null_value();
            continue;
        }
        out.value([&](std::string& text) { append_value(text, rows.columns[i].type, values, row); });
    }
    out.end();
}

/// More than a message can say.
constexpr std::size_t most_columns = 32'767;

}  // namespace

void ResultOutput::begin_statement() {
    has_result_ = false;
    row_count_ = 0;
    tag_.clear();
}

void ResultOutput::begin_result(const std::vector<OutputColumn>& columns) {
    if (columns.size() > most_columns) throw std::runtime_error("the result has more columns than the protocol has");
    append_description(messages_, columns);
}

void ResultOutput::rows(const ResultTable& rows) {
    for (std::size_t row = 0; row < rows.rows; ++row) {
        append_row(messages_, rows, row);
        ++row_count_;
        if (messages_.size() >= flush_size && !flush()) throw std::runtime_error("the client is gone");
    }
}

void ResultOutput::begin_stream(std::function<std::uint64_t()> left_out) {
    const MutexLock lock(stream_mutex_);
    is_described_ = false;
    left_out_ = std::move(left_out);
    told_left_out_ = left_out_();
    is_streaming_ = true;
}

void ResultOutput::end_stream() {
    is_streaming_ = false;
    const MutexLock lock(stream_mutex_);
}

void ResultOutput::stream_rows(std::string_view /*stream*/, const ResultTable& rows) {
    const MutexLock lock(stream_mutex_);
    if (!is_streaming_) return;
    MessageWriter out;
    if (!is_described_) append_description(out, rows.columns);
    is_described_ = true;
    if (const std::uint64_t left_out = left_out_(); left_out > told_left_out_) {
        append_error(out, {.weight = Weight::warning,
                           .state = "01000",
                           .message = fmt::format("{} rows were left out here: the stream is faster than they are read",
                                                  left_out - told_left_out_)});
        told_left_out_ = left_out;
    }
    for (std::size_t row = 0; row < rows.rows && is_streaming_; ++row) {
        append_row(out, rows, row);
        if (out.size() >= flush_size && !channel_.write(out.take())) return;
    }
    if (out.size() > 0) (void)channel_.write(out.take());
}

void ResultOutput::command_complete(std::string_view tag) {
    messages_.begin('C');
    messages_.text(tag);
    messages_.end();
}

void ResultOutput::text_rows(const std::vector<std::string>& columns,
                             const std::vector<std::vector<std::string_view>>& rows) {
    messages_.begin('T');
    messages_.int16(static_cast<std::int16_t>(columns.size()));
    for (const std::string& column : columns) describe_column(messages_, column, postgres_type(TypeId::varchar));
    messages_.end();
    for (const std::vector<std::string_view>& row : rows) {
        messages_.begin('D');
        messages_.int16(static_cast<std::int16_t>(row.size()));
        for (const std::string_view value : row) messages_.value([&](std::string& text) { text += value; });
        messages_.end();
    }
}

bool ResultOutput::flush() {
    if (messages_.size() == 0) return true;
    return channel_.write(messages_.take());
}

}  // namespace laminar::postgres
