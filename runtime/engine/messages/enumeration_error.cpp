#include "runtime/engine/messages/enumeration_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "parser/text/ascii.h"
#include "parser/write/sql_writer.h"

namespace laminar {

namespace {

constexpr std::string_view opening = "Could not convert string '";
constexpr std::string_view or_enumeration = ", or to an ENUM that does not have this value";
constexpr std::size_t most_values_shown = 10;

struct NumberType {
    std::string_view internal;  ///< As the engine's texts have it.
    std::string_view sql;
    std::size_t most_values;  ///< Of an ENUM that is kept as such numbers.
};
constexpr std::array<NumberType, 3> number_types{NumberType{"UINT8", "UTINYINT", 0xFF},
                                                 NumberType{"UINT16", "USMALLINT", 0xFFFF},
                                                 NumberType{"UINT32", "UINTEGER", 0xFFFFFFFF}};

using Values = std::vector<std::string>;

struct Candidate {
    Values values;
    std::string column;  ///< Empty: what the statement casts to.
};

/// Where an error says what a text could not be converted to.
struct Conversion {
    std::string text;
    const NumberType* number;
    std::size_t begin;  ///< Of the type's name in the message,
    std::size_t end;    ///< and where it ends.
};

/// ending: what follows the name of the type.
std::optional<Conversion> conversion_in(const std::string& message, std::string_view NumberType::*name,
                                        std::string_view ending) {
    if (!message.starts_with(opening)) return std::nullopt;
    const std::size_t line = std::min(message.find('\n'), message.size());
    // As it ends, or "... when casting from source column c1": the text before may have anything in it.
    const std::size_t end = std::min(message.rfind(" when casting from source column ", line), line);
    const std::string_view said = std::string_view(message).substr(0, end);
    for (const NumberType& number : number_types) {
        const std::string tail = fmt::format("' to {}{}", number.*name, ending);
        if (!said.ends_with(tail) || said.size() < opening.size() + tail.size()) continue;
        const std::size_t text_end = end - tail.size();
        return Conversion{message.substr(opening.size(), text_end - opening.size()), &number,
                          text_end + std::string_view("' to ").size(), end};
    }
    return std::nullopt;
}

std::string described(const Candidate& candidate) {
    std::string text = "ENUM(";
    for (std::size_t index = 0; index < candidate.values.size(); ++index) {
        if (index > 0) text += ", ";
        if (index == most_values_shown) {
            text += "...";
            break;
        }
        text += quote_string(candidate.values[index]);
    }
    text += ")";
    return candidate.column.empty() ? text : fmt::format("{} of column \"{}\"", text, candidate.column);
}

void name_candidates(std::string& message, const Conversion& conversion, std::vector<Candidate> candidates) {
    std::erase_if(candidates, [&](const Candidate& candidate) {
        const Values& values = candidate.values;
        const auto smaller = conversion.number - number_types.data();
        return std::find(values.begin(), values.end(), conversion.text) != values.end() ||
               values.size() > conversion.number->most_values ||
               (smaller > 0 && values.size() <= number_types[static_cast<std::size_t>(smaller) - 1].most_values);
    });
    if (candidates.empty()) return;
    std::string names;
    for (const Candidate& candidate : candidates) names += (names.empty() ? "" : " or ") + described(candidate);
    message.replace(conversion.begin, conversion.end - conversion.begin, names + ", which does not have this value");
}

/// Reads SQL past what is quoted or commented.
class SqlText {
public:
    explicit SqlText(std::string_view sql) : sql_(sql) {}

    [[nodiscard]] bool at_end() const noexcept { return at_ >= sql_.size(); }

    /// The next word in capitals; empty where something else is, which is passed over.
    std::string word() {
        const char c = sql_[at_];
        if (c == '\'' || c == '"') {
            (void)quoted(c);
            return {};
        }
        if (!is_word(c)) {
            ++at_;
            return {};
        }
        const std::size_t begin = at_;
        while (!at_end() && is_word(sql_[at_])) ++at_;
        return upper_case(sql_.substr(begin, at_ - begin));
    }

    /// ('a', 'b'); nothing where that does not follow.
    Values list_of_strings() {
        Values values;
        skip_space();
        if (!take('(')) return {};
        do {
            skip_space();
            if (at_end() || sql_[at_] != '\'') return {};
            values.push_back(quoted('\''));
            skip_space();
        } while (take(','));
        return take(')') ? values : Values();
    }

private:
    static bool is_word(char c) { return is_letter_or_digit(c) || c == '_'; }
    void skip_space() {
        while (!at_end() && (sql_[at_] == ' ' || sql_[at_] == '\n' || sql_[at_] == '\t')) ++at_;
    }
    bool take(char c) {
        if (at_end() || sql_[at_] != c) return false;
        ++at_;
        return true;
    }
    std::string quoted(char quote) {
        std::string text;
        for (++at_; !at_end(); ++at_) {
            if (sql_[at_] != quote) {
                text += sql_[at_];
            } else if (at_ + 1 < sql_.size() && sql_[at_ + 1] == quote) {
                text += sql_[at_++];
            } else {
                ++at_;
                break;
            }
        }
        return text;
    }

    std::string_view sql_;
    std::size_t at_ = 0;
};

void collect(const ColumnType& type, const std::string& column, std::vector<Candidate>& candidates) {
    if (type.id == TypeId::enumeration) candidates.push_back({type.values, column});
    for (const ColumnType::Field& field : type.fields) collect(field.type, column, candidates);
}

}  // namespace

void tell_of_enumerations(std::string& message, std::string_view sql) {
    const std::optional<Conversion> conversion = conversion_in(message, &NumberType::internal, "");
    if (!conversion) return;
    std::vector<Candidate> candidates;
    bool casts_to_number = false;
    for (SqlText text(sql); !text.at_end();) {
        const std::string word = text.word();
        casts_to_number = casts_to_number || word == conversion->number->sql;
        if (word != "ENUM") continue;
        Candidate candidate{text.list_of_strings(), {}};
        const bool known = std::any_of(candidates.begin(), candidates.end(),
                                       [&](const Candidate& other) { return other.values == candidate.values; });
        if (!known && !candidate.values.empty()) candidates.push_back(std::move(candidate));
    }
    if (!casts_to_number) name_candidates(message, *conversion, std::move(candidates));
    if (const auto unknown = conversion_in(message, &NumberType::internal, ""))
        message.replace(unknown->begin, unknown->end - unknown->begin,
                        fmt::format("{}{}", unknown->number->sql, or_enumeration));
}

void tell_of_enumerations(std::string& message, const std::vector<StoredColumn>& columns) {
    const std::optional<Conversion> conversion = conversion_in(message, &NumberType::sql, or_enumeration);
    if (!conversion) return;
    std::vector<Candidate> candidates;
    for (const StoredColumn& column : columns) {
        if (to_sql(column.type) == conversion->number->sql) return;
        collect(column.type, column.name, candidates);
    }
    name_candidates(message, *conversion, std::move(candidates));
}

}  // namespace laminar
