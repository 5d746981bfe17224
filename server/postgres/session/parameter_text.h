#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace laminar::postgres {

/// The text of a statement with parameters: $1, $2, ... outside of strings, quoted names and comments. A value.
class ParameterText {
public:
    explicit ParameterText(std::string text);

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// The highest number of a parameter; nothing: one is not from 1 to 65535.
    [[nodiscard]] std::optional<std::size_t> parameter_count() const noexcept;
    /// The type that the place says, of a parameter from 0 on: $1::BIGINT, CAST($1 AS BIGINT), LIMIT $1. 0: none.
    [[nodiscard]] std::int32_t type_at_place(std::size_t parameter) const;

    /// The name before the operator that compares it with a parameter (t.oid = $1: oid); empty: there is none.
    [[nodiscard]] std::string_view compared_name(std::size_t parameter) const;

    /// The text with SQL in the place of the parameters, by their index.
    class Filled {
    public:
        [[nodiscard]] const std::string& text() const noexcept { return text_; }
        /// The byte of the original that one of this text comes from.
        [[nodiscard]] std::size_t origin(std::size_t offset) const noexcept;
        /// The index of the parameter whose SQL begins at a byte of this text; nothing: none does.
        [[nodiscard]] std::optional<std::size_t> parameter_at(std::size_t offset) const noexcept;

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
    [[nodiscard]] Filled fill(const std::vector<std::string>& sql) const;

private:
    struct Place {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::size_t number = 0;  ///< From 1.
    };

    std::string text_;
    std::vector<Place> places_;
    bool is_in_range_ = true;
};

}  // namespace laminar::postgres
