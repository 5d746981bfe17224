#include "runtime/failed_rows.h"

#include <string_view>
#include <utility>

#include "connectors/codec/json_encoder.h"
#include "runtime/stream_schema.h"

namespace laminar {

namespace {

constexpr std::size_t most_failures_told = 1'000;

/// find(field) gives the hidden column of a metadata field, or null.
template <class Find>
FailedRow describe(const Find& find, std::size_t row) {
    const auto text = [&](MetadataField field) -> std::string {
        const ColumnVector* column = find(field);
        return column && column->is_valid(row) ? std::string(column->string_at(row)) : std::string();
    };
    const auto number = [&]<class T>(MetadataField field, T absent) -> T {
        const ColumnVector* column = find(field);
        return column && column->is_valid(row) ? column->template values<T>()[row] : absent;
    };
    FailedRow failed;
    failed.message_id = text(MetadataField::message_id);
    failed.client_id = text(MetadataField::client_id);
    failed.remote_address = text(MetadataField::remote_address);
    failed.received_at = number(MetadataField::received_at, std::int64_t{0});
    failed.message_size = static_cast<std::uint64_t>(number(MetadataField::message_size, std::int64_t{0}));
    failed.delivery_count = static_cast<std::uint32_t>(number(MetadataField::delivery_count, std::int32_t{1}));
    failed.payload = text(find(MetadataField::message) ? MetadataField::message : MetadataField::data);
    return failed;
}

bool is_told(const std::vector<FailedRow>& failures, const std::string& connection) {
    return !connection.empty() && failures.size() < most_failures_told;
}

/// find_column gives the values of the column of a name, or null.
template <class FindColumn>
void add_row(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
             const RefusedRow& row, FailedRow::Kind kind, const FindColumn& find_column) {
    if (!is_told(failures, connection)) return;
    FailedRow failed = describe([&](MetadataField field) { return find_column(hidden_column_name(field)); }, row.row);
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
    add_row(failures, connection, consumer, row, kind, [&](const std::string& name) -> const ColumnVector* {
        for (std::size_t index = 0; index < batch.schema->columns.size(); ++index) {
            if (batch.schema->columns[index].name == name) return &batch.columns[index];
        }
        return nullptr;
    });
}

void add_failure(std::vector<FailedRow>& failures, const std::string& connection, const std::string& consumer,
                 const RefusedRow& row, const ResultTable& rows, FailedRow::Kind kind) {
    add_row(failures, connection, consumer, row, kind, [&](const std::string& name) -> const ColumnVector* {
        for (std::size_t index = 0; index < rows.columns.size(); ++index) {
            if (rows.columns[index].name == name) return &rows.values[index];
        }
        return nullptr;
    });
}

std::string row_as_json(const ColumnRows& rows, std::size_t row) {
    std::vector<std::string> names;
    for (const OutputColumn& column : rows.columns) names.push_back(column.name);
    std::string json;
    encode_row(names, rows.values, row, json);
    return json;
}

}  // namespace laminar
