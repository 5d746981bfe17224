// Functions of text. Characters are code points in both engines.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "runtime/plan/expressions/expression_tools.h"
#include "runtime/plan/flink/expressions/function_tables.h"
#include "runtime/plan/flink/values/identifiers.h"

namespace laminar::flink {

namespace {

/// A number from least on that is written out: of others Flink makes something else.
std::uint64_t constant(const Call& call, std::size_t index, std::uint64_t least) {
    const auto number = constant_number(without_parentheses(call.argument(index)));
    if (!number || *number < least)
        call.refuse(
            fmt::format("Flink counts otherwise where the number in {} is not a literal from {} on", call.name, least));
    return *number;
}

/// A literal that is not empty.
std::string literal(const Call& call, std::size_t index) {
    const auto text = literal_text(call.argument(index));
    if (!text || text->empty())
        call.refuse(fmt::format("an empty text is found elsewhere in Flink: argument {} of {} has to be a literal",
                                index + 1, call.name));
    return fmt::format("CAST({} AS STRING)", quoted_text(*text));
}

Written as_text(std::string text) { return {std::move(text), TypeId::varchar}; }

Written letters(const Call& call, const char* function) {
    call.writer.findings().warn(
        call.whole.span, "letters such as \xC3\x9F and \xEF\xAC\x81 become several in Flink, and one or none here",
        "nothing has to be done where texts have no such letters");
    return as_text(fmt::format("{}({})", function, call.text(0).text));
}
Written upper(const Call& call) { return letters(call, "UPPER"); }
Written lower(const Call& call) { return letters(call, "LOWER"); }

Written length(const Call& call) {
    if (call.writer.type_of(call.argument(0)).id == TypeId::list) {
        const Written list = call.writer.write(call.argument(0));
        return {fmt::format("CARDINALITY({})", list.text), TypeId::integer};
    }
    return {fmt::format("CHAR_LENGTH({})", call.text(0).text), TypeId::integer};
}

Written trim(const Call& call) { return as_text(fmt::format("TRIM(BOTH FROM {})", call.text(0).text)); }
Written ltrim(const Call& call) { return as_text(fmt::format("TRIM(LEADING FROM {})", call.text(0).text)); }
Written rtrim(const Call& call) { return as_text(fmt::format("TRIM(TRAILING FROM {})", call.text(0).text)); }

/// NULL counts as nothing here, and makes the whole NULL there.
Written concat(const Call& call) {
    std::string parts;
    for (std::size_t index = 0; index < call.count(); ++index)
        parts += fmt::format("{}COALESCE({}, CAST('' AS STRING))", index > 0 ? " || " : "", call.text(index).text);
    return as_text("(" + parts + ")");
}

Written concat_ws(const Call& call) {
    std::string parts;
    for (std::size_t index = 1; index < call.count(); ++index) parts += ", " + call.text(index).text;
    return as_text(fmt::format("CONCAT_WS({}{})", literal(call, 0), parts));
}

Written substring(const Call& call) {
    const std::uint64_t begin = constant(call, 1, 1);
    if (call.count() == 2) return as_text(fmt::format("SUBSTRING({} FROM {})", call.text(0).text, begin));
    return as_text(fmt::format("SUBSTRING({} FROM {} FOR {})", call.text(0).text, begin, constant(call, 2, 1)));
}

Written left(const Call& call) { return as_text(fmt::format("LEFT({}, {})", call.text(0).text, constant(call, 1, 1))); }
Written right(const Call& call) {
    return as_text(fmt::format("RIGHT({}, {})", call.text(0).text, constant(call, 1, 1)));
}

Written pad(const Call& call, const char* function) {
    call.writer.findings().warn(call.whole.span, "characters beyond U+FFFF count as two in Flink, and as one here",
                                "nothing has to be done where texts have no such characters, emoji among them");
    return as_text(fmt::format("{}({}, {}, {})", function, call.text(0).text, constant(call, 1, 1), literal(call, 2)));
}
Written lpad(const Call& call) { return pad(call, "LPAD"); }
Written rpad(const Call& call) { return pad(call, "RPAD"); }

Written repeat(const Call& call) {
    return as_text(fmt::format("REPEAT({}, {})", call.text(0).text, constant(call, 1, 1)));
}

Written replace(const Call& call) {
    return as_text(fmt::format("REPLACE({}, {}, {})", call.text(0).text, literal(call, 1), call.text(2).text));
}

Written position(const Call& call) {
    return {fmt::format("POSITION({} IN {})", literal(call, 1), call.text(0).text), TypeId::integer};
}

Written contains(const Call& call) {
    if (call.writer.type_of(call.argument(0)).id != TypeId::varchar)
        call.refuse("contains of a list has no equal of this name in Flink", "list_contains(list, value)");
    return {fmt::format("(POSITION({} IN {}) > 0)", literal(call, 1), call.text(0).text), TypeId::boolean};
}

Written starts_with(const Call& call) {
    return {fmt::format("(POSITION({} IN {}) = 1)", literal(call, 1), call.text(0).text), TypeId::boolean};
}

Written split_part(const Call& call) {
    const std::string text = call.text(0).text;
    // Without such a part it is empty here, and NULL there.
    return as_text(
        fmt::format("(CASE WHEN {0} IS NOT NULL THEN COALESCE(SPLIT_INDEX({0}, {1}, {2}), CAST('' AS STRING)) END)",
                    text, literal(call, 1), constant(call, 2, 1) - 1));
}

Written md5(const Call& call) { return as_text(fmt::format("CAST(MD5({}) AS STRING)", call.text(0).text)); }
Written sha256(const Call& call) { return as_text(fmt::format("CAST(SHA256({}) AS STRING)", call.text(0).text)); }

}  // namespace

const std::vector<Function>& text_functions() {
    static const std::vector<Function> all{
        {"upper", 1, 1, upper, "upper(s)", "UPPER"},
        {"ucase", 1, 1, upper, "ucase(s)", "UPPER"},
        {"lower", 1, 1, lower, "lower(s)", "LOWER"},
        {"lcase", 1, 1, lower, "lcase(s)", "LOWER"},
        {"length", 1, 1, length, "length(s)", "CHAR_LENGTH, of a list CARDINALITY"},
        {"len", 1, 1, length, "len(l)", "CHAR_LENGTH, of a list CARDINALITY"},
        {"char_length", 1, 1, length, "char_length(s)", "CHAR_LENGTH"},
        {"character_length", 1, 1, length, "character_length(s)", "CHAR_LENGTH"},
        {"trim", 1, 1, trim, "trim(s)", "TRIM(BOTH FROM s)"},
        {"ltrim", 1, 1, ltrim, "ltrim(s)", "TRIM(LEADING FROM s)"},
        {"rtrim", 1, 1, rtrim, "rtrim(s)", "TRIM(TRAILING FROM s)"},
        {"concat", 1, 64, concat, "concat(s, s)", "||, with '' for NULL"},
        {"concat_ws", 2, 64, concat_ws, "concat_ws('-', s, s)", "CONCAT_WS"},
        {"substring", 2, 3, substring, "substring(s, 2, 3)", "SUBSTRING"},
        {"substr", 2, 3, substring, "substr(s, 2)", "SUBSTRING"},
        {"left", 2, 2, left, "left(s, 3)", "LEFT"},
        {"right", 2, 2, right, "right(s, 3)", "RIGHT"},
        {"lpad", 3, 3, lpad, "lpad(s, 5, '0')", "LPAD"},
        {"rpad", 3, 3, rpad, "rpad(s, 5, ' ')", "RPAD"},
        {"repeat", 2, 2, repeat, "repeat(s, 2)", "REPEAT"},
        {"replace", 3, 3, replace, "replace(s, 'a', 'b')", "REPLACE"},
        {"strpos", 2, 2, position, "strpos(s, 'a')", "POSITION"},
        {"instr", 2, 2, position, "instr(s, 'a')", "POSITION"},
        {"contains", 2, 2, contains, "contains(s, 'a')", "POSITION(...) > 0"},
        {"starts_with", 2, 2, starts_with, "starts_with(s, 'a')", "POSITION(...) = 1"},
        {"prefix", 2, 2, starts_with, "prefix(s, 'a')", "POSITION(...) = 1"},
        {"split_part", 3, 3, split_part, "split_part(s, ',', 2)", "SPLIT_INDEX, '' where there is no such part"},
        {"md5", 1, 1, md5, "md5(s)", "MD5"},
        {"sha256", 1, 1, sha256, "sha256(s)", "SHA256"},
    };
    return all;
}

}  // namespace laminar::flink
