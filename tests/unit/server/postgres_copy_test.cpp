// COPY: its statements, and the lines of its rows.

#include <doctest/doctest.h>

#include "server/postgres/session/copy_rows.h"
#include "server/postgres/statements/copy_statement.h"

using namespace laminar::postgres;

namespace {

std::string read(std::string_view text, const CopyFormat& format) {
    CopyReader reader(text, format);
    std::string rows;
    while (const auto row = reader.next()) {
        for (const auto& value : *row) rows += value ? "<" + *value + ">" : "NULL";
        rows += ";";
    }
    return rows + reader.problem();
}

CopyFormat csv() {
    CopyFormat format;
    format.is_csv = true;
    format.delimiter = ',';
    format.null = "";
    return format;
}

std::string said(std::string_view statement) {
    std::optional<ErrorMessage> error;
    const auto copy = parse_copy(statement, error);
    if (!copy) return "-";
    if (error) return std::string(error->state);
    std::string text = copy->is_from ? "from " + copy->table : "to " + copy->query;
    for (const std::string& column : copy->columns) text += "|" + column;
    return text + (copy->format.is_csv ? " csv" : "") + (copy->format.has_header ? " header" : "");
}

}  // namespace

TEST_CASE("statements that copy") {
    CHECK(said("COPY (SELECT ')' /* ) */ FROM (VALUES (1)) AS t) TO STDOUT") ==
          "to SELECT ')' /* ) */ FROM (VALUES (1)) AS t");
    CHECK(said("COPY (SELECT $$)$$, $a$ ) $$ $a$) TO STDOUT") == "to SELECT $$)$$, $a$ ) $$ $a$");
    CHECK(said("COPY t FROM STDIN (NULL $$-$$)") == "from t");
    CHECK(said("COPY (SELECT $$) TO STDOUT") == "42601");
    CHECK(said("copy \"T t\" (a, \"B\") to stdout") == "to SELECT \"a\", \"B\" FROM \"T t\"|a|B");
    CHECK(said("COPY public.t FROM STDIN WITH (FORMAT csv, HEADER true)") == "from t csv header");
    CHECK(said("COPY t (a) FROM STDIN CSV HEADER") == "from t|a csv header");
    CHECK(said("COPY t FROM STDIN WITH DELIMITER AS ';' NULL AS '-'") == "from t");
    CHECK(said("COPY t FROM STDIN (DELIMITER E'\\t', ENCODING 'utf8')") == "from t");
    CHECK(said("SELECT 1") == "-");
    CHECK(said("COPY t FROM 'file'") == "0A000");
    CHECK(said("COPY (SELECT 1) FROM STDIN") == "42601");
    CHECK(said("COPY t TO STDOUT (FORMAT binary)") == "0A000");
    for (const char* text :
         {"COPY", "COPY t", "COPY (SELECT 1", "COPY t (a TO STDOUT", "COPY t TO STDOUT x y", "COPY 't' TO STDOUT"})
        CHECK_MESSAGE(said(text).size() == 5, text);
}

TEST_CASE("lines of text") {
    CHECK(read("1\ta\\tb\\\\\\N\t\\N\n2\t\t\\x\n", {}) == "<1><a\tb\\N>NULL;<2><><x>;");
    CHECK(read("\\x41\\x4aB\\101\\60\\7\\x\\9\\1012\n", {}) == "<AJBA0\ax9A2>;");
    CHECK(read("1\r\n\\.\n2\n", {}) == "<1>;");
    CHECK(read("no end", {}) == "<no end>;");
    CHECK(read("", {}).empty());
    CHECK(read("a\\", {}) == "a backslash stands at the end of a line");
}

TEST_CASE("lines of csv") {
    CHECK(read("1,\"a,\"\"b\"\"\nc\",\n\"\",x\r\n", csv()) == "<1><a,\"b\"\nc>NULL;<><x>;");
    CHECK(read("\"open,1\n", csv()) == "a quote is not closed");
    CopyFormat with_header = csv();
    with_header.has_header = true;
    CHECK(read("a,b\n1,2\n", with_header) == "<1><2>;");
    CHECK(read("", with_header).empty());
}

TEST_CASE("what is written is read back") {
    CopyFormat dashes = csv();
    dashes.null = "-";
    dashes.delimiter = ';';
    for (const CopyFormat& format : {CopyFormat(), csv(), dashes}) {
        const std::vector<std::optional<std::string>> row{"plain", "", std::nullopt, "\\N", "-", "a\tb\nc\r\\.,;\"",
                                                          "\\."};
        std::string line;
        append_copy_line(line, format, row);
        append_copy_line(line, format, {"\\."});
        CopyReader reader(line, format);
        CHECK(reader.next() == row);
        CHECK(reader.next() == std::vector<std::optional<std::string>>{"\\."});
        CHECK_FALSE(reader.next());
        CHECK(reader.problem().empty());
    }
}
