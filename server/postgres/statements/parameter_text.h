#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/postgres/messages/error_message.h"

namespace laminar::postgres {

/// The text of a statement with parameters: $1, $2, ... outside of strings, quoted names and comments. A value.
class ParameterText {
public:
    explicit ParameterText(std::string text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Why it cannot be prepared: a number of a parameter is not from 1 to 65535, or there are more places than a
    /// statement may have tokens.
    [[nodiscard]] std::optional<ErrorMessage> refusal() const;
    /// The highest number of a parameter.
    [[nodiscard]] std::size_t parameter_count() const noexcept { return parameter_count_; }
    /// Of each parameter, the type that a place of it says: $1::BIGINT, CAST($1 AS BIGINT), LIMIT $1. 0: none.
    [[nodiscard]] std::vector<std::int32_t> types_at_places() const;

    /// Of each parameter, the name before the operator that compares it (t.oid = $1: oid); empty: there is none.
    [[nodiscard]] std::vector<std::string_view> compared_names() const;
    /// What it takes.
    [[nodiscard]] std::size_t byte_size() const noexcept {
        return text_.capacity() + places_.capacity() * sizeof(Place);
    }

    /// The text with SQL in the place of the parameters, by their index.
    class Filled {
    public:
        [[nodiscard]] const std::string& text() const noexcept { return text_; }
        /// The byte of the original that one of this text comes from.
        [[nodiscard]] std::size_t origin(std::size_t offset) const noexcept;
        /// The index of the parameter whose SQL begins at a byte of this text; nothing: none does.
        [[nodiscard]] std::optional<std::size_t> parameter_at(std::size_t offset) const noexcept;
        [[nodiscard]] std::size_t byte_size() const noexcept {
            return text_.capacity() + parts_.capacity() * sizeof(Part);
        }

    private:
        friend class ParameterText;
        struct Part {
            std::size_t begin;     ///< Here.
            std::size_t original;  ///< There.
            std::size_t number;    ///< Of a parameter, from 1; 0: of none.
        };
        std::string text_;
        std::vector<Part> parts_;
    };
    /// sql: one for each parameter. Nothing: the text would be longer than one that is read (too_long).
    [[nodiscard]] std::optional<Filled> fill(const std::vector<std::string>& sql) const;
    [[nodiscard]] static ErrorMessage too_long();

private:
    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t number = 0;  ///< From 1.
    };

    std::string text_;
    std::vector<Place> places_;
    std::size_t parameter_count_ = 0;
    bool is_in_range_ = true;
    bool has_too_many_ = false;
};

}  // namespace laminar::postgres
