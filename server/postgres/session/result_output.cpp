#include "server/postgres/session/result_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "catalog/objects/column_name.h"
#include "server/postgres/session/copy_rows.h"
#include "server/postgres/values/postgres_type.h"
#include "server/postgres/values/value_binary.h"
#include "server/postgres/values/value_text.h"

namespace laminar::postgres {

namespace {

void describe_column(MessageWriter& out, std::string_view name, const PostgresType& type, std::int16_t format) {
    out.text(name);
    out.int32(0);  // Of no table.
    out.int16(0);
    out.int32(type.oid);
    out.int16(type.size);
    out.int32(type.modifier);
    out.int16(format);
}

std::int16_t format_of(const std::vector<std::int16_t>& formats, std::size_t column) {
    if (formats.empty()) return 0;
    return formats[formats.size() == 1 ? 0 : std::min(column, formats.size() - 1)];
}

void append_description(MessageWriter& out, const std::vector<OutputColumn>& columns,
                        const std::vector<std::int16_t>& formats, TypeUse use) {
    out.begin('T');
    out.int16(static_cast<std::int16_t>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i)
        describe_column(out, shown_column_name(columns[i].name), postgres_type(columns[i].type, use),
                        format_of(formats, i));
    out.end();
}

void append_row(MessageWriter& out, const ResultTable& rows, std::size_t row, const std::vector<std::int16_t>& formats,
                TypeUse use) {
    out.begin('D');
    out.int16(static_cast<std::int16_t>(rows.values.size()));
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        const ColumnVector& values = rows.values[i];
        if (!values.is_valid(row)) {
            out.null_value();
            continue;
        }
        const bool is_binary = format_of(formats, i) != 0;
        out.value([&](std::string& text) {
            if (is_binary)
                append_binary_value(text, rows.columns[i].type, values, row, use);
            else
                append_value(text, rows.columns[i].type, values, row);
        });
    }
    out.end();
}

/// More than a message can say.
constexpr std::size_t most_columns = 32'767;

}  // namespace

void ResultOutput::begin_statement(Delivery delivery) {
    delivery_ = std::move(delivery);
    has_result_ = false;
    row_count_ = 0;
    columns_.clear();
    kept_ = {};
    refusal_.reset();
    tag_.clear();
}

void ResultOutput::describe(const std::vector<OutputColumn>& columns, const std::vector<std::int16_t>& formats,
                            TypeUse use) {
    if (columns.empty()) {
        messages_.begin('n');
        messages_.end();
        return;
    }
    append_description(messages_, columns, formats, use);
}

void ResultOutput::begin_result(const std::vector<OutputColumn>& columns) {
    if (columns.size() > most_columns) {
        refusal_ = ErrorMessage{
            .state = "54011",
            .message = fmt::format("the result has {} columns: {} can be sent", columns.size(), most_columns)};
        throw std::runtime_error(refusal_->message);
    }
    columns_ = columns;
    if (delivery_.sends && !delivery_.into) append_head(messages_, columns);
}

void ResultOutput::append_head(MessageWriter& out, const std::vector<OutputColumn>& columns) const {
    if (!delivery_.copy) {
        if (delivery_.describes) append_description(out, columns, delivery_.formats, delivery_.use);
        return;
    }
    out.begin('H');
    out.byte(0);
    out.int16(static_cast<std::int16_t>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) out.int16(0);
    out.end();
    if (!delivery_.copy->has_header) return;
    std::vector<std::optional<std::string>> names;
    for (const OutputColumn& column : columns) names.emplace_back(shown_column_name(column.name));
    std::string line;
    append_copy_line(line, *delivery_.copy, names);
    out.begin('d');
    out.bytes(line);
    out.end();
}

void ResultOutput::append(MessageWriter& out, const ResultTable& rows, std::size_t row) const {
    if (!delivery_.copy) {
        append_row(out, rows, row, delivery_.formats, delivery_.use);
        return;
    }
    std::vector<std::optional<std::string>> values(rows.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (rows.values[i].is_valid(row)) append_value(values[i].emplace(), rows.columns[i].type, rows.values[i], row);
    }
    std::string line;
    append_copy_line(line, *delivery_.copy, values);
    out.begin('d');
    out.bytes(line);
    out.end();
}

void ResultOutput::append_rows(const ResultTable& rows, std::size_t first, std::size_t count) {
    if (!delivery_.sends) return;
    if (delivery_.into) {
        delivery_.into->add(rows);
        if (delivery_.into->byte_size() > delivery_.room) refuse_to_keep();
        return;
    }
    for (std::size_t row = first; row < first + count; ++row) {
        ++row_count_;
        if (delivery_.limit != 0 && row_count_ > delivery_.limit) {
            MessageWriter message;
            append(message, rows, row);
            kept_.add(message.take());
            if (kept_.byte_size() > delivery_.room) refuse_to_keep();
            continue;
        }
        append(messages_, rows, row);
        if (messages_.size() >= flush_size && !flush()) throw ClientGone();
    }
}

void ResultOutput::refuse_to_keep() {
    refusal_ = ErrorMessage{.state = "54000",
                            .message = "the rows that were not asked for yet take more than 64 MiB",
                            .hint = "fetch all rows at once, when they are sent as they come, or close cursors"};
    throw std::runtime_error(refusal_->message);
}

void ResultOutput::begin_stream(std::function<std::uint64_t()> left_out, std::function<void()> give_up) {
    const MutexLock lock(stream_mutex_);
    is_described_ = false;
    left_out_ = std::move(left_out);
    give_up_ = std::move(give_up);
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
    if (delivery_.described_columns && *delivery_.described_columns != rows.columns.size()) {
        refusal_ = ErrorMessage{.state = "0A000",
                                .message =
                                    "the rows of this subscription say what has changed: they have more columns "
                                    "than it was described with",
                                .hint = "send SUBSCRIBE by the simple query protocol"};
        give_up_();
        return;
    }
    if (!is_described_) append_head(out, rows.columns);
    is_described_ = true;
    if (const std::uint64_t left_out = left_out_(); left_out > told_left_out_) {
        append_error(out, {.weight = Weight::warning,
                           .state = "01000",
                           .message = fmt::format("{} rows were left out here: the stream is faster than they are read",
                                                  left_out - told_left_out_)});
        told_left_out_ = left_out;
    }
    for (std::size_t row = 0; row < rows.rows && is_streaming_; ++row) {
        append(out, rows, row);
        if (out.size() >= flush_size && !channel_.write(out.take())) return;
    }
    if (out.size() > 0) (void)channel_.write(out.take());
}

void ResultOutput::stream_failed(std::string_view /*stream*/, std::string_view reason) {
    const MutexLock lock(stream_mutex_);
    if (!is_streaming_) return;
    refusal_ = subscription_has_ended(reason);
    give_up_();
}

void ResultOutput::command_complete(std::string_view tag) {
    messages_.begin('C');
    messages_.text(tag);
    messages_.end();
}

void ResultOutput::text_rows(const std::vector<std::string>& columns,
                             const std::vector<std::vector<std::string_view>>& rows) {
    std::vector<OutputColumn> described;
    for (const std::string& column : columns) described.push_back({column, TypeId::varchar});
    columns_ = described;
    if (!delivery_.sends) return;
    if (delivery_.describes) append_description(messages_, described, delivery_.formats, TypeUse::rows);
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
