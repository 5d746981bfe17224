#include "runtime/flow/rows/failed_rows.h"

#include <utility>

#include "connectors/codec/json/json_encoder.h"
#include "runtime/flow/rows/stream_schema.h"

namespace laminar {

namespace {

constexpr std::size_t most_failures_told = 1'000;

/// The values of the hidden column of a metadata field, or null.
const ColumnVector* find(const ColumnBatch& batch, MetadataField field) {
    const std::string name = hidden_column_name(field);
    for (std::size_t index = 0; index < batch.schema->columns.size(); ++index) {
        if (batch.schema->columns[index].name == name) return &batch.columns[index];
    }
    return nullptr;
}

const ColumnVector* find(const ResultTable& rows, MetadataField field) {
    const std::string name = hidden_column_name(field);
    for (std::size_t index = 0; index < rows.columns.size(); ++index) {
        if (rows.columns[index].name == name) return &rows.values[index];
    }
    return nullptr;
}

template <class Rows>
std::string text_of(const Rows& rows, MetadataField field, std::size_t row) {
    const ColumnVector* column = find(rows, field);
    return column && column->is_valid(row) ? std::string(column->string_at(row)) : std::string();
}

/// Every connector that has several peers has a column of its own for which of them it was.
std::string peer_of(const ResultTable& rows, std::size_t row) {
    for (std::size_t index = 0; index < rows.columns.size(); ++index) {
        if (rows.columns[index].name.starts_with(peer_column_prefix) && rows.values[index].is_valid(row))
            return std::string(rows.values[index].string_at(row));
    }
    return {};
}

template <class T>
T number_of(const ResultTable& rows, MetadataField field, std::size_t row, T absent) {
    const ColumnVector* column = find(rows, field);
    return column && column->is_valid(row) ? column->values<T>()[row] : absent;
}

/// What its message was, from the batch that it came in.
FailedRow describe(const ColumnBatch& batch, std::size_t row) {
    FailedRow failed;
    if (row < batch.facts.size()) {
        Message message;
        batch.facts.read(row, message);
        batch.facts.append_message_id(row, failed.message_id);
        if (message.origin) {
            failed.peer = message.origin->peer;
            failed.remote_address = message.origin->remote_address;
        }
        failed.received_at = message.received_at;
        failed.message_size = message.wire_size;
        failed.delivery_count = message.delivery_count;
    }
    failed.payload =
        text_of(batch, find(batch, MetadataField::message) ? MetadataField::message : MetadataField::data, row);
    return failed;
}

/// The same, from rows that were retained.
FailedRow describe(const ResultTable& rows, std::size_t row) {
    FailedRow failed;
    failed.message_id = text_of(rows, MetadataField::message_id, row);
    failed.peer = peer_of(rows, row);
    failed.remote_address = text_of(rows, MetadataField::remote_address, row);
    failed.received_at = number_of(rows, MetadataField::received_at, row, std::int64_t{0});
    failed.message_size =
        static_cast<std::uint64_t>(number_of(rows, MetadataField::message_size, row, std::int64_t{0}));
    failed.delivery_count =
        static_cast<std::uint32_t>(number_of(rows, MetadataField::delivery_count, row, std::int32_t{1}));
    failed.payload =
        text_of(rows, find(rows, MetadataField::message) ? MetadataField::message : MetadataField::data, row);
    return failed;
}

bool is_told(const std::vector<FailedRow>& failures, const std::string& connection) {
    return !connection.empty() && failures.size() < most_failures_told;
}

template <class Rows>
void add_row(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
             const RefusedRow& row, FailedRow::Kind kind, const Rows& rows) {
    if (!is_told(failures, connection)) return;
    FailedRow failed = describe(rows, row.row);
    failed.connection = connection;
    failed.consumer = consumer;
    failed.reason = row.reason;
    failed.kind = kind;
    failures.push_back(std::move(failed));
}

}  // namespace

void add_failure(std::vector<FailedRow>& failures, FailedRow failure) {
    if (is_told(failures, failure.connection)) failures.push_back(std::move(failure));
}

void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ColumnBatch& batch, FailedRow::Kind kind) {
    add_row(failures, connection, consumer, row, kind, batch);
}

void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ResultTable& rows, FailedRow::Kind kind) {
    add_row(failures, connection, consumer, row, kind, rows);
}

std::string row_as_json(const ColumnRows& rows, std::size_t row) {
    std::vector<std::string> names;
    for (const OutputColumn& column : rows.columns) names.push_back(column.name);
    std::string json;
    encode_row(names, rows.values, row, json);
    return json;
}

}  // namespace laminar
