#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace laminar::postgres {

/// Appends messages of the PostgreSQL protocol (version 3.0) as the server sends them. Numbers are in network order.
/// A value: use from one thread at a time.
class MessageWriter {
public:
    /// A message from here to end. type is its first byte.
    void begin(char type) {
        bytes_ += type;
        length_at_ = bytes_.size();
        bytes_.append(sizeof(std::int32_t), '\0');
    }
    void end() { store(length_at_, static_cast<std::uint32_t>(bytes_.size() - length_at_)); }

    /// A message that says no more than its type.
    void message(char type) {
        begin(type);
        end();
    }

    void byte(char value) { bytes_ += value; }
    void int16(std::int16_t value) {
        bytes_ += static_cast<char>(static_cast<std::uint16_t>(value) >> 8U);
        bytes_ += static_cast<char>(static_cast<std::uint16_t>(value));
    }
    void int32(std::int32_t value) {
        const std::size_t at = bytes_.size();
        bytes_.append(sizeof value, '\0');
        store(at, static_cast<std::uint32_t>(value));
    }
    /// With a NUL behind it; of text that has one, what stands before it.
    void text(std::string_view value) {
        bytes_ += value.substr(0, value.find('\0'));
        bytes_ += '\0';
    }
    void bytes(std::string_view value) { bytes_ += value; }

    /// A value of a row: its length, then what append adds to the text it is given.
    template <class Append>
    void value(Append append) {
        const std::size_t at = bytes_.size();
        bytes_.append(sizeof(std::int32_t), '\0');
        append(bytes_);
        store(at, static_cast<std::uint32_t>(bytes_.size() - at - sizeof(std::int32_t)));
    }
    void null_value() { int32(-1); }

    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
    [[nodiscard]] std::string take() noexcept { return std::exchange(bytes_, {}); }

private:
    void store(std::size_t at, std::uint32_t value) {
        for (unsigned shift : {24U, 16U, 8U, 0U}) bytes_[at++] = static_cast<char>(value >> shift);
    }

    std::string bytes_;
    std::size_t length_at_ = 0;
};

}  // namespace laminar::postgres
