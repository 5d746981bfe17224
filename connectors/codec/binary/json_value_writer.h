#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace laminar {

/// Writes values that are told part by part, as formats with lengths in front have them, as JSON text. Containers end
/// by themselves with their last value. Each call returns false where what is told has no place in JSON; error() says
/// why.
class JsonValueWriter {
public:
    static constexpr std::size_t maximum_depth = 512;
    static constexpr std::uint64_t open_end = std::numeric_limits<std::uint64_t>::max();

    explicit JsonValueWriter(std::string& out) : out_(out) {}

    bool null();
    bool boolean(bool value);
    bool integer(std::int64_t value);
    bool natural(std::uint64_t value);
    /// Digits, with a sign where it is negative.
    bool digits(std::string_view value);
    bool real(double value);
    bool text(std::string_view value);
    bool bytes(std::string_view value);
    /// count: of values, or of pairs; open_end: until end_container.
    bool begin_array(std::uint64_t count) { return begin(false, count); }
    bool begin_map(std::uint64_t count) { return begin(true, count); }
    /// Of one without an end of its own; false where none is open, or a value is missing.
    bool end_container();

    /// All that was begun is whole.
    [[nodiscard]] bool is_complete() const noexcept { return open_.empty(); }
    [[nodiscard]] bool is_too_deep() const noexcept { return too_deep_; }
    [[nodiscard]] std::string_view error() const noexcept { return error_; }

private:
    struct Container {
        bool is_map = false;
        std::uint64_t left = 0;  ///< Values, or pairs; open_end where it is not known.
        bool is_first = true;
        bool at_value = false;  ///< Of a map: a key is there.
    };
    /// Before a value: what separates it. as_key: it is the name of a field.
    void begin_value(bool& as_key);
    void end_value();
    bool scalar(std::string_view text);
    bool quoted(std::string_view text, bool is_base64);
    bool begin(bool is_map, std::uint64_t count);
    bool refuse(std::string_view reason);

    std::string& out_;
    std::vector<Container> open_;
    bool has_values_ = false;  ///< At the top.
    bool too_deep_ = false;
    std::string_view error_;
};

}  // namespace laminar
