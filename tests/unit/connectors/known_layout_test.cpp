#include "connectors/codec/decoders/known_layout.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "connectors/codec/json/json_text.h"
#include "connectors/codec/json/plain_json.h"
#include "decoder_fixture.h"

using namespace laminar;

namespace {

using Reader = std::function<std::unique_ptr<DecoderFixture>()>;

/// What a reader may want of the messages below.
std::vector<Reader> readers() {
    DecoderOptions tolerant;
    tolerant.tolerant = true;
    DecoderOptions guessed = tolerant;
    guessed.guessed_types = true;
    const auto make = [](std::vector<BatchColumn> columns, const DecoderOptions& options = {}, bool coerce = false) {
        return std::make_unique<DecoderFixture>(std::move(columns), options, coerce);
    };
    return {
        [=] {
            return make({payload_column("s", "VARCHAR"), payload_column("n", "DOUBLE"), payload_column("b", "BOOLEAN"),
                         payload_column("t", "TIMESTAMP"), payload_column("i", "BIGINT")});
        },
        [=] {
            return make({payload_column("i", "TINYINT"), payload_column("s", "INTEGER")});
        },
        [=] {
            return make({payload_column("I", "INTEGER"), payload_column("s", "INTEGER")}, tolerant);
        },
        [=] {
            return make({payload_column("n", "INTEGER"), payload_column("b", "VARCHAR")}, guessed);
        },
        [=] {
            return make({payload_column("n", "VARCHAR"), payload_column("b", "VARCHAR")}, {}, true);
        },
        [=] {
            return make({path_column("x", "DOUBLE", {"o", "x"}), path_column("z", "VARCHAR", {"o", "p", "z"}),
                         payload_column("l", "INTEGER[]")});
        },
        [=] {
            return make({payload_column("o", "JSON"), path_column("x", "DOUBLE", {"o", "x"})});
        },
        [=] {
            return make({payload_column("o", "STRUCT(x DOUBLE, y JSON)"), payload_column("l", "JSON")});
        },
        [=] {
            return make({path_column("second", "INTEGER", {"l", "1"}), payload_column("n", "DECIMAL(9,3)")});
        },
        [=] { return make({metadata_column("message", "VARCHAR", MetadataField::message)}); },
        [=] {
            return make(
                {metadata_column("message_id", "VARCHAR", MetadataField::message_id), payload_column("i", "BIGINT")});
        },
    };
}

const std::vector<std::string> messages = {
    R"({"s":"one","n":1.5,"b":true,"t":"2026-01-02T03:04:05Z","i":42,"message_id":"m1"})",
    R"({ "i": 7, "s": "12", "n": -0.25, "b": false, "unknown": {"deep": [[["x"]], {}]}, "t": null } )",
    R"({"o":{"x":1.25,"y":[1,{"k":"v"}],"p":{"z":"é😀"}},"l":[1,2,3],"n":3})",
    R"({"i":1,"I":2,"s":"7"})",
    R"({"i":1,"i":2,"s":"7"})",
    R"({})",
};

std::string text_of(const std::optional<MessageError>& error) {
    return error ? error->type + ": " + error->message + (error->rows_kept ? " (kept)" : "") : "accepted";
}

std::string decoded(DecoderFixture& reader, const std::string& message) {
    reader.batch.clear();
    std::string text = text_of(reader.decode(message)) + "\n" + std::to_string(reader.batch.messages) + " messages, " +
                       std::to_string(reader.batch.bytes) + " bytes\n";
    for (std::size_t row = 0; row < reader.batch.rows; ++row) text += reader.row(row) + "\n";
    return text;
}

/// A reader that has seen messages of the form before must come to the same as one that has seen none.
void check_same(const std::vector<Reader>& all, const std::string& form, const std::string& message) {
    CAPTURE(form);
    CAPTURE(message);
    for (std::size_t index = 0; index < all.size(); ++index) {
        CAPTURE(index);
        const std::unique_ptr<DecoderFixture> knows = all[index]();
        const std::unique_ptr<DecoderFixture> fresh = all[index]();
        for (int times = 0; times < 2; ++times) (void)decoded(*knows, form);
        CHECK(decoded(*knows, message) == decoded(*fresh, message));
        CHECK(decoded(*knows, form) == decoded(*all[index](), form));
    }
}

/// Whether a decoder's layouts read the message after they have learned the form.
bool is_known(std::string_view form, std::string_view message) {
    DecoderFixture fixture({payload_column("s", "VARCHAR"), path_column("x", "DOUBLE", {"o", "x"})});
    const std::unique_ptr<FieldNode> root = make_field_tree(*fixture.schema, "message_id");
    RowWriter writer(fixture.schema, false, false);
    KnownLayouts layouts(writer, *root, false);
    layouts.learn(form);
    Message of_payload;
    of_payload.payload = message;
    of_payload.origin = fixture.origin;
    writer.begin_message(of_payload, fixture.batch);
    const bool read = layouts.read_row(message);
    CHECK(fixture.batch.rows == (read ? 1 : 0));
    return read;
}

}  // namespace

TEST_CASE("messages of a known layout are read as the parser reads them") {
    const std::vector<Reader> all = readers();
    for (const std::string& form : messages) {
        for (const std::string& message : messages) check_same(all, form, message);
    }
}

TEST_CASE("messages that are nearly of a known layout are read as the parser reads them") {
    const std::vector<Reader> all = readers();
    const std::uint64_t seed = 20'261'130;
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    static constexpr std::string_view characters = "{}[]\",:\\ \n0159-.eEtfnu\x01\x80\xC3x";
    for (int round = 0; round < 6000; ++round) {
        const std::string& form = messages[random() % messages.size()];
        std::string message = form;
        for (std::size_t changes = 1 + random() % 2; changes > 0 && !message.empty(); --changes) {
            const std::size_t at = random() % message.size();
            const char character = characters[random() % characters.size()];
            switch (random() % 4) {
                case 0:
                    message.erase(at, 1 + random() % 2);
                    break;
                case 1:
                    message.insert(at, 1, character);
                    break;
                default:
                    message[at] = character;
            }
        }
        const std::vector<Reader> one = {all[random() % all.size()]};
        check_same(one, form, message);
    }
}

TEST_CASE("values may differ in what they are; the text between them may not") {
    const std::string form = R"({"s":"a","n":1,"o":{"x":2,"y":[1,2]},"z":null})";
    CHECK(is_known(form, form));
    CHECK(is_known(form, R"({"s":"another","n":"text","o":{"x":-2.5,"y":[{"k":["v"]}, "w"]},"z":{"a" : true}})"));
    CHECK(is_known(form, R"({"s":null,"n":false,"o":{"x":0,"y":{}},"z":"é"})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":1,"o":{"x":2,"y":[1,2]},"z":null })"));
    CHECK_FALSE(is_known(form, R"({"s":"a", "n":1,"o":{"x":2,"y":[1,2]},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":1,"o":{"x":2},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a\n","n":1,"o":{"x":2,"y":[1,2]},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":01,"o":{"x":2,"y":[1,2]},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":1e5,"o":{"x":2,"y":[1,2]},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":1,"o":{"x":2,"y":[1,]},"z":null})"));
    CHECK_FALSE(is_known(form, R"({"s":"a","n":1,"o":{"x":2,"y":[1,2]},"z":nul})"));
    CHECK_FALSE(is_known(form, "{\"s\":\"\xff\",\"n\":1,\"o\":{\"x\":2,\"y\":[1,2]},\"z\":null}"));
    CHECK_FALSE(is_known(form, R"({"s":7,"n":1,"o":{"x":2,"y":[1,2]},"z":null})"));  // No text.
    CHECK_FALSE(is_known(R"({"s":"a","s":"b"})", R"({"s":"a","s":"b"})"));
}

TEST_CASE("what is taken as plain JSON is valid") {
    const std::string form = R"({"s":"a","n":[1,-2.5,0.125,true,false,null,{"k":{}}],"o":{"x":[],"y":"z"}})";
    std::mt19937_64 random(7);
    static constexpr std::string_view characters = "{}[]\",: 0159-.eEtfnulrasx";
    std::size_t taken = 0;
    for (int round = 0; round < 50'000; ++round) {
        std::string text = form;
        for (std::size_t changes = random() % 3; changes > 0; --changes)
            text[random() % text.size()] = characters[random() % characters.size()];
        CAPTURE(text);
        PlainJson json(text);
        const bool is_taken =
            look_at_plain_text(text).is_plain && json.take_value().kind != PlainJson::Kind::none && json.is_at_end();
        if (is_taken) CHECK(is_json_value(text));
        if (is_taken) ++taken;
    }
    CHECK(taken > 1000);
}

TEST_CASE("a quick look at a text finds what makes it other than plain, wherever it stands") {
    for (std::size_t size = 1; size < 70; ++size) {
        const std::string plain(size, 'x');
        CHECK(look_at_plain_text(plain).is_plain);
        CHECK(look_at_plain_text(plain).is_ascii);
        for (std::size_t at = 0; at < size; ++at) {
            for (const char character : {'\x00', '\n', '\x1f', '\\'}) {
                std::string text = plain;
                text[at] = character;
                CHECK_FALSE(look_at_plain_text(text).is_plain);
            }
            std::string text = plain;
            text[at] = '\x80';
            CHECK(look_at_plain_text(text).is_plain);
            CHECK_FALSE(look_at_plain_text(text).is_ascii);
        }
    }
}

TEST_CASE("a feed with several forms keeps being read") {
    DecoderFixture reader({payload_column("a", "INTEGER"), payload_column("b", "INTEGER")});
    for (int round = 0; round < 400; ++round) {
        const std::string value = std::to_string(round);
        CHECK_FALSE(reader.decode(R"({"a":)" + value + R"(,"b":1})"));
        CHECK_FALSE(reader.decode(R"({"b":)" + value + R"(,"a":2,"k)" + value + R"(":3})"));
    }
    CHECK(reader.batch.rows == 800);
    CHECK(reader.row(798) == "[399,1]");
    CHECK(reader.row(799) == "[2,399]");
}
