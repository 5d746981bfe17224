#include "cli/result/result_printer.h"

#include <doctest/doctest.h>

#include <string>

using namespace laminar;

namespace {

class TextCollector : public TextOutput {
public:
    void write(std::string_view text) override { collected += text; }
    [[nodiscard]] bool is_closed() const noexcept override { return false; }
    [[nodiscard]] std::string failure() const override { return {}; }
    std::string collected;
};

/// name TEXT, n BIGINT: two rows, the second with what is hard to print.
ResultTable table() {
    ResultTable rows;
    rows.columns = {{"name", TypeId::varchar}, {"n", TypeId::bigint}};
    ColumnVector names(TypeId::varchar);
    names.append_string("plain");
    names.append_string("a,\"b\"\n日本");
    names.append_string("");
    ColumnVector numbers(TypeId::bigint);
    numbers.append<std::int64_t>(7);
    numbers.append<std::int64_t>(-1234);
    numbers.append_null();
    rows.values.push_back(std::move(names));
    rows.values.push_back(std::move(numbers));
    rows.rows = 3;
    return rows;
}

std::string print(OutputFormat format, const ResultPrinterOptions& options = {}) {
    TextCollector output;
    const auto printer = make_result_printer(format, options, output);
    const ResultTable rows = table();
    printer->begin_result(rows.columns);
    printer->rows(rows);
    printer->end_result();
    return output.collected;
}

std::string print_stream(OutputFormat format) {
    TextCollector output;
    const auto printer = make_result_printer(format, {}, output);
    printer->stream_rows("feed", table());
    printer->stream_rows("feed", table());
    printer->stream_rows("other", table());
    return output.collected;
}

}  // namespace

TEST_CASE("table") {
    CHECK(print(OutputFormat::table) ==
          " name        | n\n"
          "-------------+-------\n"
          " plain       |     7\n"
          " a,\"b\"\\n日本 | -1234\n"
          "             |  NULL\n"
          "(3 rows)\n\n");
    CHECK(print(OutputFormat::table, {.box_characters = true}).find("─┼─") != std::string::npos);
    CHECK(print(OutputFormat::table, {.max_width = 18}).find(" a,\"b\"\\n~ |") != std::string::npos);
}

TEST_CASE("a lone text of several lines is shown as it is") {
    TextCollector output;
    const auto printer = make_result_printer(OutputFormat::table, {}, output);
    ResultTable rows;
    rows.columns = {{"statement", TypeId::varchar}};
    rows.values.emplace_back(TypeId::varchar).append_string("CREATE x (\n    a = \x1b[31m1\n)");
    rows.rows = 1;
    printer->begin_result(rows.columns);
    printer->rows(rows);
    printer->end_result();
    CHECK(output.collected == " statement\n---------------------\n CREATE x (\n     a = \\u{1B}[31m1\n )\n(1 row)\n\n");
}

TEST_CASE("wider rows of a stream are not cut while there is room") {
    TextCollector output;
    const auto printer = make_result_printer(OutputFormat::table, {.max_width = 30}, output);
    ResultTable rows;
    rows.columns = {{"n", TypeId::bigint}};
    rows.values.emplace_back(TypeId::bigint).append<std::int64_t>(1);
    rows.rows = 1;
    printer->stream_rows("s", rows);
    rows.values.front() = ColumnVector(TypeId::bigint);
    rows.values.front().append<std::int64_t>(1234567890);
    printer->stream_rows("s", rows);
    CHECK(output.collected == " _stream | n\n---------+---\n s       | 1\n s       | 1234567890\n");
}

TEST_CASE("json") {
    CHECK(print(OutputFormat::json) ==
          "{\"name\":\"plain\",\"n\":7}\n"
          "{\"name\":\"a,\\\"b\\\"\\n日本\",\"n\":-1234}\n"
          "{\"name\":\"\",\"n\":null}\n");
    CHECK(print_stream(OutputFormat::json).starts_with("{\"_stream\":\"feed\",\"name\":\"plain\",\"n\":7}\n"));
}

TEST_CASE("csv") {
    CHECK(print(OutputFormat::csv) == "name,n\r\nplain,7\r\n\"a,\"\"b\"\"\n日本\",-1234\r\n\"\",\r\n");
    const std::string stream = print_stream(OutputFormat::csv);
    CHECK(stream.starts_with("_stream,name,n\r\nfeed,plain,7\r\n"));
    CHECK(stream.rfind("_stream") == 0);
}

TEST_CASE("line") {
    CHECK(print(OutputFormat::line) ==
          "name = plain\n   n = 7\n\nname = a,\"b\"\\n日本\n   n = -1234\n\nname = \n   n = NULL\n\n");
}

TEST_CASE("rows of one stream follow each other under one header") {
    const std::string text = print_stream(OutputFormat::table);
    std::size_t headers = 0;
    for (std::size_t at = text.find("_stream"); at != std::string::npos; at = text.find("_stream", at + 1)) ++headers;
    CHECK(headers == 2);
}

TEST_CASE("rows of a stream between those of a result") {
    for (const OutputFormat format : {OutputFormat::table, OutputFormat::json, OutputFormat::csv, OutputFormat::line}) {
        TextCollector output;
        const auto printer = make_result_printer(format, {}, output);
        const ResultTable rows = table();
        ResultTable narrow;
        narrow.columns = {{"x", TypeId::bigint}};
        narrow.values.emplace_back(TypeId::bigint);
        narrow.values.front().append<std::int64_t>(42);
        narrow.rows = 1;
        printer->begin_result(rows.columns);
        printer->rows(rows);
        printer->stream_rows("s", narrow);
        printer->rows(rows);
        printer->end_result();
        CHECK(output.collected.find("42") != std::string::npos);
        CHECK(output.collected.find("-1234") != std::string::npos);
    }
}

TEST_CASE("values of every layout") {
    TextCollector output;
    const auto printer = make_result_printer(OutputFormat::csv, {}, output);
    ResultTable rows;
    const auto add = [&](const ColumnType& type, auto append) {
        rows.columns.push_back({"c", type});
        append(rows.values.emplace_back(type));
    };
    add(TypeId::boolean, [](ColumnVector& v) { v.append<std::uint8_t>(1); });
    ColumnType decimal(TypeId::decimal);
    decimal.width = 9;
    decimal.scale = 2;
    add(decimal, [](ColumnVector& v) { v.append<std::int32_t>(-5); });
    add(TypeId::float64, [](ColumnVector& v) { v.append<double>(1.0); });
    add(TypeId::timestamp, [](ColumnVector& v) { v.append<std::int64_t>(-1); });
    add(TypeId::date, [](ColumnVector& v) { v.append<std::int32_t>(0); });
    add(TypeId::interval, [](ColumnVector& v) { v.append(IntervalValue{14, 3, 1'500'000}); });
    add(TypeId::blob, [](ColumnVector& v) { v.append_string(std::string_view("a\0\xFF", 3)); });
    ColumnType list(TypeId::list);
    list.fields = {{"", TypeId::varchar}};
    add(list, [](ColumnVector& v) {
        v.child(0).append_string("it's");
        v.child(0).append_null();
        v.append_list(2);
    });
    rows.rows = 1;
    printer->begin_result(rows.columns);
    printer->rows(rows);
    const std::string row = output.collected.substr(output.collected.find("\r\n") + 2);
    CHECK(row ==
          "true,-0.05,1.0,1969-12-31 23:59:59.999999,1970-01-01,1 year 2 months 3 days "
          "00:00:01.5,a\\x00\\xFF,\"['it''s', NULL]\"\r\n");
}
