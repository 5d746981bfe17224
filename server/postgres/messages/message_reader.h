#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace laminar::postgres {

/// What a client has sent: the first byte, and what follows the length.
struct FrontendMessage {
    char type = 0;
    std::string body;
};

/// Takes the fields of a message one after the other. A field that is not there, or not whole, is nothing; so are all
/// that follow. The text must outlive it.
class MessageReader {
public:
    explicit MessageReader(std::string_view body) : rest_(body) {}

    [[nodiscard]] std::optional<std::int32_t> int32() {
        const std::optional<std::string_view> field = bytes(sizeof(std::int32_t));
        if (!field) return std::nullopt;
        std::uint32_t value = 0;
        for (const char byte : *field) value = value << 8U | static_cast<unsigned char>(byte);
        return static_cast<std::int32_t>(value);
    }
    [[nodiscard]] std::optional<std::int16_t> int16() {
        const std::optional<std::string_view> field = bytes(sizeof(std::int16_t));
        if (!field) return std::nullopt;
        const auto high = static_cast<unsigned char>((*field)[0]);
        return static_cast<std::int16_t>(high << 8U | static_cast<unsigned char>((*field)[1]));
    }
    /// Up to its NUL, which is taken too.
    [[nodiscard]] std::optional<std::string_view> text() {
        const std::size_t end = rest_.find('\0');
        if (end == std::string_view::npos) return fail();
        const std::string_view field = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return field;
    }
    [[nodiscard]] std::optional<std::string_view> bytes(std::size_t count) {
        if (count > rest_.size()) return fail();
        const std::string_view field = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return field;
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::nullopt_t fail() {
        rest_ = {};
        return std::nullopt;
    }

    std::string_view rest_;
};

}  // namespace laminar::postgres
