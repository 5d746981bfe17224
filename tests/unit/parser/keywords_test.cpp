#include "parser/tokens/keywords.h"

#include <doctest/doctest.h>

#include "parser/write/sql_writer.h"

namespace laminar {
namespace {

TEST_CASE("keywords are told apart, whatever their case") {
    CHECK(classify_keyword("select") == KeywordClass::reserved);
    CHECK(classify_keyword("SELECT") == KeywordClass::reserved);
    CHECK(classify_keyword("Left") == KeywordClass::function_name);
    CHECK(classify_keyword("timestamp") == KeywordClass::column_name);
    CHECK(classify_keyword("price") == KeywordClass::none);
    CHECK(classify_keyword("mode") == KeywordClass::none);
    CHECK(classify_keyword("") == KeywordClass::none);
    CHECK(classify_keyword(std::string(1000, 'a')) == KeywordClass::none);
}

TEST_CASE("names are quoted only where they would be misread") {
    CHECK(quote_identifier("price") == "price");
    CHECK(quote_identifier("Price_2$") == "Price_2$");
    CHECK(quote_identifier("timestamp") == "timestamp");
    CHECK(quote_identifier("data") == "data");
    CHECK(quote_identifier("select") == "\"select\"");
    CHECK(quote_identifier("End") == "\"End\"");
    CHECK(quote_identifier("left") == "\"left\"");
    CHECK(quote_identifier("two words") == "\"two words\"");
    CHECK(quote_identifier("2nd") == "\"2nd\"");
    CHECK(quote_identifier("a\"b") == "\"a\"\"b\"");
    CHECK(quote_identifier("żółw") == "\"żółw\"");
    CHECK(quote_identifier("") == "\"\"");
}

TEST_CASE("strings double their quotes and nothing else") {
    CHECK(quote_string("it's") == "'it''s'");
    CHECK(quote_string("a\\n\n\"b\"") == "'a\\n\n\"b\"'");
    CHECK(quote_string("") == "''");
}

TEST_CASE("words that begin a syntax of their own are not function words") {
    CHECK(is_function_word("avg"));
    CHECK(is_function_word("LEFT"));
    CHECK(is_function_word("coalesce"));
    CHECK(is_function_word("if"));
    CHECK_FALSE(is_function_word("position"));
    CHECK_FALSE(is_function_word("try_cast"));
    CHECK_FALSE(is_function_word("select"));
}

}  // namespace
}  // namespace laminar
