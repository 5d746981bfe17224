#include "connectors/codec/message_framing.h"

#include <doctest/doctest.h>

namespace laminar {
namespace {

/// Rows of one or more text columns.
class Rows {
public:
    explicit Rows(std::vector<OutputColumn> columns) : columns_(std::move(columns)) {
        for (const OutputColumn& column : columns_) values_.emplace_back(column.type);
    }
    Rows& add(const std::vector<std::optional<std::string>>& row) {
        for (std::size_t index = 0; index < row.size(); ++index)
            row[index] ? values_[index].append_string(*row[index]) : values_[index].append_null();
        ++rows_;
        return *this;
    }
    [[nodiscard]] std::deque<FramedMessage> frame(const FramingOptions& options) const {
        MessageFraming framing;
        framing.set_options(options);
        framing.set_columns(columns_);
        std::deque<FramedMessage> out;
        framing.frame(values_, rows_, out);
        return out;
    }

private:
    std::vector<OutputColumn> columns_;
    std::vector<ColumnVector> values_;
    std::size_t rows_ = 0;
};

std::vector<std::string> payloads(const std::deque<FramedMessage>& messages) {
    std::vector<std::string> result;
    for (const FramedMessage& framed : messages) result.push_back(*framed.message.payload);
    return result;
}

FramingOptions options(BatchFraming framing, std::size_t most_rows = 0) {
    FramingOptions result;
    result.framing = framing;
    result.most_rows = most_rows;
    return result;
}

using Payloads = std::vector<std::string>;

}  // namespace

TEST_CASE("message framing: a message for each row") {
    const Rows rows = Rows({{"a", TypeId::varchar}, {"b", TypeId::varchar}}).add({"1", "x"}).add({std::nullopt, "y"});
    CHECK(payloads(rows.frame({})) == Payloads{R"({"a":"1","b":"x"})", R"({"a":null,"b":"y"})"});
}

TEST_CASE("message framing: a single JSON, text or BLOB column goes out as it is") {
    CHECK(payloads(Rows({{"j", TypeId::json}}).add({R"({"a": 1})"}).frame({})) == Payloads{R"({"a": 1})"});
    FramingOptions text;
    text.format = MessageFormat::text;
    CHECK(payloads(Rows({{"t", TypeId::varchar}}).add({"plain"}).frame(text)) == Payloads{"plain"});
    const auto bytes = Rows({{"d", TypeId::blob}}).add({std::string("\0\xff", 2)}).frame({});
    CHECK(payloads(bytes) == Payloads{std::string("\0\xff", 2)});
    CHECK(bytes[0].message.binary);
}

TEST_CASE("message framing: arrays and lines of rows, of so many rows at most") {
    const Rows rows = Rows({{"a", TypeId::varchar}}).add({"a"}).add({std::nullopt}).add({"b\n"});
    CHECK(payloads(rows.frame(options(BatchFraming::array))) == Payloads{R"(["a",null,"b\n"])"});
    CHECK(payloads(rows.frame(options(BatchFraming::ndjson))) == Payloads{"\"a\"\nnull\n\"b\\n\""});
    const auto pairs = rows.frame(options(BatchFraming::array, 2));
    CHECK(payloads(pairs) == Payloads{R"(["a",null])", R"(["b\n"])"});
    CHECK(pairs[0].rows == 2);
    CHECK(pairs[1].rows == 1);
    CHECK(Rows({{"a", TypeId::varchar}}).frame(options(BatchFraming::array)).empty());
    const Rows blobs = Rows({{"d", TypeId::blob}}).add({"\xff"}).add({std::nullopt});
    CHECK(payloads(blobs.frame(options(BatchFraming::array))) == Payloads{R"(["/w==",null])"});
    const Rows json = Rows({{"j", TypeId::json}}).add({"{\"a\":\n1}"}).add({"[2]"});
    CHECK(payloads(json.frame(options(BatchFraming::ndjson))) == Payloads{"{\"a\": 1}\n[2]"});
}

TEST_CASE("message framing: messages are bounded by bytes, a larger row goes alone") {
    FramingOptions small = options(BatchFraming::array);
    small.most_bytes = 20;
    const Rows rows =
        Rows({{"a", TypeId::varchar}}).add({"abcdefg"}).add({"ab"}).add({std::string(50, 'x')}).add({"c"});
    CHECK(payloads(rows.frame(small)) ==
          Payloads{R"(["abcdefg","ab"])", "[\"" + std::string(50, 'x') + "\"]", R"(["c"])"});
}

TEST_CASE("message framing: rows share a message with rows for the same receiver, in order") {
    FramingOptions routed = options(BatchFraming::array);
    routed.peer_column = "client_id";
    const Rows rows = Rows({{"client_id", TypeId::varchar}, {"a", TypeId::json}})
                          .add({"c1", "1"})
                          .add({"c1", "2"})
                          .add({"c2", "3"})
                          .add({"c1", "4"})
                          .add({std::nullopt, "5"});
    const auto messages = rows.frame(routed);
    CHECK(payloads(messages) == Payloads{"[1,2]", "[3]", "[4]", "[5]"});
    CHECK(messages[0].message.peer == "c1");
    CHECK(messages[1].message.peer == "c2");
    CHECK(messages[3].message.peer.empty());
    // Without receivers it is a column like any other.
    CHECK(payloads(rows.frame({}))[2] == R"({"client_id":"c2","a":3})");
}

TEST_CASE("message framing: messages are compressed as a whole") {
    FramingOptions zipped = options(BatchFraming::ndjson);
    zipped.compression = {PayloadCompression::gzip, 6, 10};
    Rows rows({{"a", TypeId::varchar}});
    std::string text;
    for (int row = 0; row < 100; ++row) {
        rows.add({"value"});
        text += row == 0 ? "\"value\"" : "\n\"value\"";
    }
    const auto messages = rows.frame(zipped);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].message.binary);
    PayloadInflater inflater(PayloadCompression::gzip, 1 << 20);
    std::string_view inflated;
    CHECK(!inflater.inflate(*messages[0].message.payload, inflated));
    CHECK(inflated == text);
}

TEST_CASE("message framing: an integer column session_id names the session and is no part of the message") {
    FramingOptions framing = options(BatchFraming::array);
    framing.session_column = "session_id";
    for (const TypeId type : {TypeId::bigint, TypeId::integer, TypeId::utinyint}) {
        std::vector<ColumnVector> values;
        values.emplace_back(ColumnType{type});
        values.emplace_back(ColumnType{TypeId::varchar});
        const auto add = [&](std::optional<int> session, const std::string& text) {
            if (!session)
                values[0].append_null();
            else if (type == TypeId::bigint)
                values[0].append(static_cast<std::int64_t>(*session));
            else if (type == TypeId::integer)
                values[0].append(static_cast<std::int32_t>(*session));
            else
                values[0].append(static_cast<std::uint8_t>(*session));
            values[1].append_string(text);
        };
        add(7, "a");
        add(7, "b");
        add(8, "c");
        add(std::nullopt, "d");
        MessageFraming maker;
        maker.set_options(framing);
        maker.set_columns({{"Session_Id", ColumnType{type}}, {"v", ColumnType{TypeId::varchar}}});
        std::deque<FramedMessage> out;
        maker.frame(values, 4, out);
        CHECK(payloads(out) == Payloads{R"(["a","b"])", R"(["c"])", R"(["d"])"});
        CHECK(out[0].message.session == 7);
        CHECK(out[1].message.session == 8);
        CHECK_FALSE(out[2].message.session);
    }
    // Text is data.
    CHECK(payloads(Rows({{"session_id", TypeId::varchar}, {"v", TypeId::varchar}}).add({"7", "a"}).frame(framing)) ==
          Payloads{R"([{"session_id":"7","v":"a"}])"});
}

}  // namespace laminar
