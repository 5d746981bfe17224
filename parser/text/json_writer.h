#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace laminar {

/// Writes one JSON document (RFC 8259), value after value, on one line: reports, records, what is read by machines.
/// Bytes that are not UTF-8 become U+FFFD. What is called must make a document: in an object, a key before each value.
/// Not thread-safe. Rows, whose exact numbers and speed count, are written by connectors/codec/json/.
class JsonWriter {
public:
    JsonWriter();
    ~JsonWriter();
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();

    JsonWriter& key(std::string_view name);
    JsonWriter& text(std::string_view value);
    /// Null for an empty text.
    JsonWriter& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }
    JsonWriter& number(std::signed_integral auto value) { return signed_number(value); }
    JsonWriter& number(std::unsigned_integral auto value) { return unsigned_number(value); }
    JsonWriter& number(double value);  ///< Finite.
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// A value that another one has written.
    JsonWriter& document(std::string_view json);

    /// What follows stands on a new line, for readers who compare documents line by line.
    JsonWriter& new_line();

    /// The document; the next begins.
    [[nodiscard]] std::string take();

private:
    struct State;

    JsonWriter& signed_number(std::int64_t value);
    JsonWriter& unsigned_number(std::uint64_t value);

    std::unique_ptr<State> state_;
};

}  // namespace laminar
