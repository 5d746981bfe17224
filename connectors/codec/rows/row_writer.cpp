#include "connectors/codec/rows/row_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "catalog/objects/column_name.h"
#include "connectors/codec/json/json_text.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

/// How a value is shown in an error: string "abc", number 12, true, an object.
std::string describe_json(std::string_view value) {
    if (value.empty()) return "nothing";
    switch (value.front()) {
        case '{':
            return "an object";
        case '[':
            return "an array";
        case 't':
        case 'f':
        case 'n':
            return std::string(value);
        case '"': {
            std::string scratch;
            // A value cut short by whoever reports it lacks its closing quote.
            const bool whole = value.size() > 1 && value.back() == '"';
            return "string " + quote_excerpt(whole ? json_string_content(value, scratch) : value.substr(1));
        }
        default:
            return fmt::format("number {}{}", value.substr(0, 60), value.size() > 60 ? "..." : "");
    }
}

std::string field_name(const BatchColumn& column) {
    return column.takes_all ? "$" : fmt::format("{}", fmt::join(column.json_path, "."));
}

MessageError misfit(const std::string& field, const ColumnType& expected, std::string_view found, bool out_of_range) {
    if (out_of_range)
        return {"type_mismatch",
                fmt::format("field \"{}\": {} is out of range for {}", field, found, to_sql(expected))};
    return {"type_mismatch", fmt::format("field \"{}\": expected {}, found {}", field, to_sql(expected), found)};
}

}  // namespace

RowWriter::RowWriter(std::shared_ptr<const BatchSchema> schema, bool coerce, bool tolerant, bool from_text)
    : schema_(std::move(schema)),
      coerce_(coerce),
      tolerant_(tolerant),
      from_text_(from_text),
      filled_in_row_(schema_->columns.size(), 0),
      rank_in_row_(schema_->columns.size(), FieldNode::Rank::exact_name) {
    needs_message_id_ = std::any_of(schema_->columns.begin(), schema_->columns.end(), [](const BatchColumn& column) {
        return column.metadata == MetadataField::message_id && !column.is_deferred() && !column.of_message;
    });
    for (std::uint32_t index = 0; index < schema_->columns.size(); ++index) {
        const BatchColumn& column = schema_->columns[index];
        if (column.is_deferred() || column.of_message) continue;
        if (column.metadata && column.json_path.empty() && !column.not_null && !column.tracks_presence)
            metadata_columns_.emplace_back(index, *column.metadata);
        else
            payload_columns_.push_back(index);
    }
}

void RowWriter::begin_message(const Message& message, ColumnBatch& batch) {
    message_ = &message;
    batch_ = &batch;
    rows_before_ = batch.rows;
    error_.reset();
    generated_id_.clear();
}

void RowWriter::discard_rows(std::size_t count) {
    batch_->truncate(rows_before_ + count);
    held_errors_.clear();
    error_.reset();
}

void RowWriter::begin_row() {
    ++row_number_;
    has_message_id_ = false;
}

bool RowWriter::visit(FieldNode& node, bool exact) {
    if (node.seen_in_row == row_number_) {
        if (node.seen_exact && !exact) return false;
        forget(node);
    }
    node.seen_in_row = row_number_;
    node.seen_exact = exact;
    if (!node.claims.empty()) choose_columns(node, exact);
    return true;
}

/// Of the columns of a place that have others, those that have nothing better yet.
void RowWriter::choose_columns(FieldNode& node, bool exact) {
    node.columns.clear();
    for (const FieldNode::Claim& claim : node.claims) {
        if (!exact && !claim.by_name) continue;
        const FieldNode::Rank rank = exact ? claim.rank : FieldNode::Rank::other_case;
        if (filled_in_row_[claim.column] == row_number_ && rank_in_row_[claim.column] < rank) continue;
        take_back(claim.column);
        rank_in_row_[claim.column] = rank;
        node.columns.push_back(claim.column);
    }
}

FieldNode::Rank RowWriter::rank_of(const FieldNode& node, std::uint32_t index) const {
    if (!node.seen_exact) return FieldNode::Rank::other_case;
    for (const FieldNode::Claim& claim : node.claims) {
        if (claim.column == index) return claim.rank;
    }
    return FieldNode::Rank::exact_name;
}

void RowWriter::take_back(std::uint32_t index) {
    batch_->columns[index].truncate(batch_->rows);
    filled_in_row_[index] = 0;
    std::erase_if(held_errors_, [index](const HeldError& held) { return held.column == index; });
}

void RowWriter::forget(FieldNode& node) {
    if (node.seen_in_row != row_number_) return;
    for (const std::uint32_t index : node.columns) {
        // What has come from a better place since stays.
        if (node.claims.empty() || rank_in_row_[index] == rank_of(node, index)) take_back(index);
    }
    if (node.is_message_id) has_message_id_ = false;
    node.seen_in_row = 0;
    for (const std::unique_ptr<FieldNode>& child : node.children()) forget(*child);
}

bool RowWriter::null(const FieldNode& node) {
    for (const std::uint32_t index : node.columns) {
        const BatchColumn& column = schema_->columns[index];
        if (column.not_null) {
            const std::string message = fmt::format("field \"{}\" is null, but column \"{}\" is NOT NULL",
                                                    field_name(column), shown_column_name(column.name));
            if (!refuse(&node, index, {"missing_field", message})) return false;
            continue;
        }
        batch_->columns[index].append_null();
        filled_in_row_[index] = row_number_;
    }
    return true;
}

bool RowWriter::boolean(const FieldNode& node, bool value) {
    const std::string_view text = value ? "true" : "false";
    for (const std::uint32_t index : node.columns) {
        ColumnVector& column = batch_->columns[index];
        ValueFit fit = ValueFit::fits;
        if (column.type().id == TypeId::json) {
            column.append_string(text);
        } else {
            fit = append_json_boolean(column, value, coerce_);
        }
        if (!accept_or_refuse(node, index, fit, text)) return false;
    }
    return true;
}

bool RowWriter::number(const FieldNode& node, std::string_view text) {
    for (const std::uint32_t index : node.columns) {
        ColumnVector& column = batch_->columns[index];
        ValueFit fit = ValueFit::fits;
        if (column.type().id == TypeId::json) {
            column.append_string(text);
        } else {
            fit = append_json_number(column, text, coerce_);
        }
        if (!accept_or_refuse(node, index, fit, text)) return false;
    }
    if (node.is_message_id) {
        message_id_.assign(text);
        has_message_id_ = true;
    }
    return true;
}

bool RowWriter::string(const FieldNode& node, std::string_view text, std::size_t begin) {
    const std::string_view payload = message_->payload;
    for (const std::uint32_t index : node.columns) {
        ColumnVector& column = batch_->columns[index];
        ValueFit fit = ValueFit::fits;
        if (from_text_ && is_written_out(column.type(), text)) {
            if (!column.type().is_nested())
                column.append_string(text);
            else if (!append_nested(node, index, text))
                return false;
            else
                continue;
        } else if (column.type().id == TypeId::json) {
            column.append_string(payload.substr(begin, end_of_json_value(payload, begin) - begin));
        } else {
            fit = append_json_string(column, text, coerce_);
        }
        if (fit == ValueFit::fits) {
            filled_in_row_[index] = row_number_;
        } else if (!accept_or_refuse(node, index, fit,
                                     payload.substr(begin, end_of_json_value(payload, begin) - begin))) {
            return false;
        }
    }
    if (node.is_message_id) {
        message_id_.assign(text);
        has_message_id_ = true;
    }
    return true;
}

/// An object or array in the place of a text, for a column that takes one.
bool RowWriter::is_written_out(const ColumnType& type, std::string_view text) const {
    if (type.id != TypeId::json && !type.is_nested()) return false;
    const std::size_t begin = skip_json_space(text, 0);
    return begin < text.size() && (text[begin] == '{' || text[begin] == '[') && is_json_value(text);
}

bool RowWriter::container(const FieldNode& node, std::string_view text) {
    for (const std::uint32_t index : node.columns) {
        ColumnVector& column = batch_->columns[index];
        if (column.type().is_nested()) {
            if (!append_nested(node, index, text)) return false;
        } else if (column.type().id == TypeId::json || (coerce_ && takes_raw_json(column.type().id))) {
            column.append_string(text);
            filled_in_row_[index] = row_number_;
        } else if (!accept_or_refuse(node, index, ValueFit::mismatch, text)) {
            return false;
        }
    }
    return true;
}

bool RowWriter::value(const FieldNode& node, const std::vector<ValueCopy>& copies, const ColumnVector& source,
                      std::size_t row) {
    for (std::size_t place = 0; place < node.columns.size(); ++place) {
        const std::uint32_t index = node.columns[place];
        if (!copies[place](batch_->columns[index], source, row)) return false;
        filled_in_row_[index] = row_number_;
    }
    return true;
}

bool RowWriter::append_nested(const FieldNode& node, std::uint32_t index, std::string_view text) {
    ColumnVector& column = batch_->columns[index];
    if (nested_.append(column, text, coerce_)) {
        filled_in_row_[index] = row_number_;
        return true;
    }
    column.truncate(batch_->rows);
    const NestedJsonAppender::Problem& problem = nested_.problem();
    const std::string found = problem.is_description ? problem.found : describe_json(problem.found);
    return refuse(&node, index,
                  misfit(field_name(schema_->columns[index]) + problem.path, *problem.expected, found,
                         problem.fit == ValueFit::out_of_range));
}

bool RowWriter::end_row(std::string_view text, bool is_text, bool is_json) {
    if (!held_errors_.empty() && !report_held_errors()) return false;
    RowOrigin origin{message_, text, is_text, is_json, {}};
    if (needs_message_id_) origin.message_id = has_message_id_ ? std::string_view(message_id_) : generated_message_id();
    for (const auto& [index, field] : metadata_columns_) append_metadata(batch_->columns[index], field, origin);
    for (const std::uint32_t index : payload_columns_) {
        const bool present = filled_in_row_[index] == row_number_;
        if (!present && !complete(index, origin)) return false;
        if (schema_->columns[index].tracks_presence) batch_->presence[index].push_back(present ? 1 : 0);
    }
    batch_->facts.append(*message_, has_message_id_ ? std::optional<std::string_view>(message_id_) : std::nullopt);
    ++batch_->rows;
    return true;
}

bool RowWriter::complete(std::size_t index, const RowOrigin& origin) {
    const BatchColumn& column = schema_->columns[index];
    ColumnVector& values = batch_->columns[index];
    if (column.metadata) {
        append_metadata(values, *column.metadata, origin);
        if (!column.not_null || values.is_valid(batch_->rows) || column.metadata == MetadataField::processed_at)
            return true;
    } else if (!column.not_null || column.tracks_presence) {
        values.append_null();
        return true;
    }
    values.truncate(batch_->rows);
    const std::string message =
        column.json_path.empty()
            ? fmt::format("there is no value for column \"{}\", which is NOT NULL", shown_column_name(column.name))
            : fmt::format("field \"{}\" is missing, but column \"{}\" is NOT NULL", field_name(column),
                          shown_column_name(column.name));
    return refuse(nullptr, static_cast<std::uint32_t>(index), {"missing_field", message});
}

std::string_view RowWriter::generated_message_id() {
    if (generated_id_.empty()) append_generated_message_id(generated_id_, message_->origin.get(), message_->sequence);
    return generated_id_;
}

bool RowWriter::accept_or_refuse(const FieldNode& node, std::uint32_t index, ValueFit fit, std::string_view found) {
    if (fit == ValueFit::fits) {
        filled_in_row_[index] = row_number_;
        return true;
    }
    const BatchColumn& column = schema_->columns[index];
    return refuse(&node, index,
                  misfit(field_name(column), column.type, describe_json(found), fit == ValueFit::out_of_range));
}

bool RowWriter::refuse(const FieldNode* node, std::uint32_t index, MessageError error) {
    const bool may_be_replaced =
        node != nullptr &&
        (!node->seen_exact || (!node->claims.empty() && rank_in_row_[index] != FieldNode::Rank::exact_name));
    if (may_be_replaced) {
        held_errors_.push_back({index, std::move(error)});
        batch_->columns[index].append_null();
        filled_in_row_[index] = row_number_;
        return true;
    }
    if (!error_) error_ = std::move(error);
    if (!tolerant_) return false;
    batch_->columns[index].append_null();
    filled_in_row_[index] = row_number_;
    return true;
}

bool RowWriter::report_held_errors() {
    if (!error_) error_ = std::move(held_errors_.front().error);
    held_errors_.clear();
    return tolerant_;
}

}  // namespace laminar
