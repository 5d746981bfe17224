#include "connectors/rows/message.h"

#include <array>
#include <charconv>

#include "connectors/rows/column_rows.h"

namespace laminar {

void append_generated_message_id(std::string& target, const MessageOrigin* origin, std::uint64_t sequence) {
    if (sequence == 0) return;
    if (origin != nullptr) target += origin->connection_name;
    target += '-';
    std::array<char, 20> digits;
    target.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), sequence).ptr);
}

std::size_t OutgoingMessage::byte_size() const noexcept { return rows ? rows->byte_size() : payload->size(); }

std::size_t OutgoingMessage::count() const noexcept { return rows ? rows->rows : 1; }

}  // namespace laminar
