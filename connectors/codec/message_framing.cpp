#include "connectors/codec/message_framing.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "catalog/catalog.h"
#include "connectors/column_rows.h"

namespace laminar {

void MessageFraming::set_columns(const std::vector<OutputColumn>& columns) {
    if (options_.as_columns) columns_ = columns;
    std::vector<std::size_t> payload_columns;
    receiver_column_.reset();
    for (std::size_t index = 0; index < columns.size(); ++index) {
        if (options_.has_receivers && equals_ignoring_case(columns[index].name, "client_id")) {
            receiver_column_ = index;
        } else {
            payload_columns.push_back(index);
        }
    }
    encoder_.set_columns(columns, payload_columns, options_.format);
}

void MessageFraming::frame(const std::vector<ColumnVector>& columns, std::size_t rows, std::deque<FramedMessage>& out) {
    if (options_.as_columns) {
        FramedMessage framed;
        framed.message.rows = std::make_shared<ColumnRows>(ColumnRows{columns_, columns, rows});
        framed.rows = rows;
        out.push_back(std::move(framed));
        return;
    }
    for (std::size_t row = 0; row < rows; ++row) {
        if (options_.framing != BatchFraming::none) {
            add_row(columns, row, out);
            continue;
        }
        FramedMessage framed;
        auto payload = std::make_shared<std::string>();
        framed.message.binary = encoder_.encode(columns, row, *payload);
        framed.message.binary |= compress_payload(*payload, options_.compression);
        framed.message.payload = std::move(payload);
        framed.message.client_id = receiver(columns, row);
        out.push_back(std::move(framed));
    }
    finish(out);
}

std::string_view MessageFraming::receiver(const std::vector<ColumnVector>& columns, std::size_t row) const {
    if (!receiver_column_ || !columns[*receiver_column_].is_valid(row)) return {};
    return columns[*receiver_column_].string_at(row);
}

void MessageFraming::add_row(const std::vector<ColumnVector>& columns, std::size_t row,
                             std::deque<FramedMessage>& out) {
    row_.clear();
    encoder_.encode_json(columns, row, row_);
    const std::string_view to = receiver(columns, row);
    const bool is_full = (options_.most_rows > 0 && rows_ >= options_.most_rows) ||
                         payload_.size() + row_.size() + 2 > options_.most_bytes;
    if (rows_ > 0 && (is_full || to != receiver_)) finish(out);
    if (rows_ == 0) receiver_ = to;
    if (options_.framing == BatchFraming::array) {
        payload_ += rows_ == 0 ? '[' : ',';
    } else if (rows_ > 0) {
        payload_ += '\n';
    }
    payload_ += row_;
    ++rows_;
}

void MessageFraming::finish(std::deque<FramedMessage>& out) {
    if (rows_ == 0) return;
    if (options_.framing == BatchFraming::array) payload_ += ']';
    FramedMessage framed;
    framed.rows = std::exchange(rows_, 0);
    auto payload = std::make_shared<std::string>(std::exchange(payload_, {}));
    framed.message.binary = compress_payload(*payload, options_.compression);
    framed.message.payload = std::move(payload);
    framed.message.client_id = std::exchange(receiver_, {});
    out.push_back(std::move(framed));
}

}  // namespace laminar
