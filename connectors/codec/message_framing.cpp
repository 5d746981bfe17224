#include "connectors/codec/message_framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "connectors/codec/binary/payload_translator.h"
#include "connectors/codec/binary/protobuf_types.h"
#include "connectors/codec/values/scalar_text.h"
#include "connectors/rows/column_rows.h"
#include "parser/text/ascii.h"
#include "parser/text/utf8.h"

namespace laminar {

namespace {

/// Beyond 63 bits there is no session: nor at a negative number.
std::int64_t session_at(const ColumnVector& column, std::size_t row) {
    return static_cast<std::int64_t>(integer_at(column, row));
}

}  // namespace

void MessageFraming::set_columns(const std::vector<OutputColumn>& columns) {
    if (options_.as_columns) columns_ = columns;
    std::vector<std::size_t> payload_columns;
    receiver_column_.reset();
    session_column_.reset();
    frame_column_.reset();
    for (std::size_t index = 0; index < columns.size(); ++index) {
        if (!options_.peer_column.empty() && equals_ignoring_case(columns[index].name, options_.peer_column) &&
            columns[index].type.id == TypeId::varchar) {
            receiver_column_ = index;
        } else if (!options_.session_column.empty() &&
                   equals_ignoring_case(columns[index].name, options_.session_column) &&
                   is_integer(columns[index].type.id)) {
            session_column_ = index;
        } else if (!options_.frame_column.empty() && equals_ignoring_case(columns[index].name, options_.frame_column) &&
                   columns[index].type.id == TypeId::varchar) {
            frame_column_ = index;
        } else {
            payload_columns.push_back(index);
        }
    }
    encoder_.set_columns(columns, payload_columns, options_.format);
}

std::vector<UnframedRow> MessageFraming::frame(const std::vector<ColumnVector>& columns, std::size_t rows,
                                               std::deque<FramedMessage>& out) {
    if (options_.as_columns) {
        FramedMessage framed;
        framed.message.rows = std::make_shared<ColumnRows>(ColumnRows{columns_, columns, rows});
        framed.rows = rows;
        out.push_back(std::move(framed));
        return {};
    }
    for (std::size_t row = 0; row < rows; ++row) {
        if (frame_column_ && columns[*frame_column_].is_valid(row)) {
            const std::string_view kind = columns[*frame_column_].string_at(row);
            if (kind != "text" && kind != "binary") {
                unframed_.push_back(
                    {row, fmt::format("frame_type is {}, not 'text' or 'binary'", quote_excerpt(kind))});
                continue;
            }
        }
        if (options_.framing != BatchFraming::none) {
            add_row(columns, row, out);
            continue;
        }
        FramedMessage framed;
        auto payload = std::make_shared<std::string>();
        const Receiver to = receiver(columns, row);
        const bool is_bytes = encoder_.encode(columns, row, *payload);
        if (auto problem = finish_payload(*payload, is_bytes, to.frames, framed.message.binary)) {
            unframed_.push_back({row, std::move(*problem)});
            continue;
        }
        framed.message.payload = std::move(payload);
        framed.message.peer = to.peer;
        framed.message.session = to.session;
        out.push_back(std::move(framed));
    }
    finish(out);
    return std::exchange(unframed_, {});
}

MessageFraming::Receiver MessageFraming::receiver(const std::vector<ColumnVector>& columns, std::size_t row) const {
    Receiver receiver;
    if (receiver_column_ && columns[*receiver_column_].is_valid(row))
        receiver.peer = columns[*receiver_column_].string_at(row);
    if (session_column_ && columns[*session_column_].is_valid(row))
        receiver.session = session_at(columns[*session_column_], row);
    receiver.frames = options_.frames;
    if (frame_column_ && columns[*frame_column_].is_valid(row))
        receiver.frames = columns[*frame_column_].string_at(row) == "text" ? FrameChoice::text : FrameChoice::binary;
    return receiver;
}

void MessageFraming::add_row(const std::vector<ColumnVector>& columns, std::size_t row,
                             std::deque<FramedMessage>& out) {
    row_.clear();
    encoder_.encode_json(columns, row, row_);
    const Receiver to = receiver(columns, row);
    const bool is_full = (options_.most_rows > 0 && rows_ >= options_.most_rows) ||
                         payload_.size() + row_.size() + 2 > options_.most_bytes;
    if (rows_ > 0 && (is_full || to != Receiver{peer_, session_, frames_})) finish(out);
    if (rows_ == 0) {
        peer_ = to.peer;
        session_ = to.session;
        frames_ = to.frames;
    }
    row_index_ = row;
    if (options_.framing == BatchFraming::array) {
        payload_ += rows_ == 0 ? '[' : ',';
    } else if (rows_ > 0) {
        payload_ += options_.record_separator.empty() ? std::string_view("\n") : options_.record_separator;
    }
    payload_ += row_;
    ++rows_;
}

std::optional<std::string> MessageFraming::finish_payload(std::string& payload, bool is_bytes, FrameChoice frames,
                                                          bool& binary) const {
    binary = is_bytes;
    if (!is_bytes && options_.format == MessageFormat::protobuf) {
        if (auto problem = options_.protobuf->make_message(payload)) return problem;
        binary = true;
    } else if (!is_bytes && is_translated(options_.format)) {
        translate_from_json(options_.format, payload);
        binary = true;
    } else if (!is_bytes) {
        payload += options_.record_separator;
    }
    if (frames == FrameChoice::text && binary && find_invalid_utf8(payload) != std::string_view::npos)
        return "it is to be sent as text, and its bytes are not UTF-8";
    if (frames != FrameChoice::by_content) binary = frames == FrameChoice::binary;
    binary = compress_payload(payload, binary, options_.compression) || binary;
    return std::nullopt;
}

void MessageFraming::finish(std::deque<FramedMessage>& out) {
    if (rows_ == 0) return;
    if (options_.framing == BatchFraming::array) payload_ += ']';
    FramedMessage framed;
    framed.rows = std::exchange(rows_, 0);
    auto payload = std::make_shared<std::string>(std::exchange(payload_, {}));
    framed.message.peer = std::exchange(peer_, {});
    framed.message.session = std::exchange(session_, {});
    if (auto problem = finish_payload(*payload, false, std::exchange(frames_, {}), framed.message.binary)) {
        unframed_.push_back({row_index_, fmt::format("{} rows in one message: {}", framed.rows, *problem)});
        return;
    }
    framed.message.payload = std::move(payload);
    out.push_back(std::move(framed));
}

}  // namespace laminar
