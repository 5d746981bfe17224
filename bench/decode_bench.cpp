// What it costs to turn JSON messages into typed columns, beside what RapidJSON's parser alone takes for the same text.
// Usage: decode_bench [seconds per measurement]
#include <rapidjson/reader.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/codec/message_decoder.h"

namespace {

using namespace laminar;
using Clock = std::chrono::steady_clock;

struct Discard : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Discard> {};

/// Of the fastest round: what else the machine does only ever makes a round slower.
double nanoseconds_each(double seconds, std::size_t messages, const std::function<void()>& round) {
    std::chrono::duration<double, std::nano> fastest = std::chrono::hours(1);
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    while (Clock::now() < end) {
        const auto start = Clock::now();
        round();
        fastest = std::min<std::chrono::duration<double, std::nano>>(fastest, Clock::now() - start);
    }
    return fastest.count() / static_cast<double>(messages);
}

std::vector<std::string> trades(bool shuffled) {
    std::vector<std::string> messages;
    for (int number = 0; number < 1000; ++number) {
        const std::string identity = R"("symbol":"AAPL","exchange":"NASDAQ","venue_note":"regular session",)";
        const std::string values = "\"price\":" + std::to_string(180 + number % 20) + "." +
                                   std::to_string(10 + number % 80) + ",\"volume\":" + std::to_string(100 + number) +
                                   ",\"trade_id\":" + std::to_string(1'000'000'000LL + number) + ",";
        const std::string rest = R"("is_auction":false,"timestamp":"2024-01-15T10:30:00.123456Z")";
        messages.push_back(shuffled && number % 2 == 1 ? "{" + values + identity + rest + "}"
                                                       : "{" + identity + values + rest + "}");
    }
    return messages;
}

BatchColumn column(const std::string& name, TypeId type) {
    BatchColumn result;
    result.name = name;
    result.type = type;
    result.json_path = {name};
    return result;
}

std::vector<BatchColumn> trade_columns() {
    return {column("symbol", TypeId::varchar),     column("exchange", TypeId::varchar),
            column("price", TypeId::float64),      column("volume", TypeId::bigint),
            column("trade_id", TypeId::bigint),    column("is_auction", TypeId::boolean),
            column("timestamp", TypeId::timestamp)};
}

double measure_decoder(double seconds, const std::vector<std::string>& messages, std::vector<BatchColumn> columns) {
    auto schema = std::make_shared<BatchSchema>();
    schema->columns = std::move(columns);
    const std::unique_ptr<MessageDecoder> decoder = make_message_decoder({}, schema);
    ColumnBatch batch(schema);
    const MessageOrigin origin{"bench", "", "127.0.0.1:1"};
    return nanoseconds_each(seconds, messages.size(), [&] {
        batch.clear();
        std::uint64_t sequence = 0;
        for (const std::string& text : messages) {
            Message message;
            message.payload = text;
            message.wire_size = text.size();
            message.sequence = ++sequence;
            message.origin = &origin;
            if (decoder->decode(message, batch)) std::abort();
        }
    });
}

double measure_parser(double seconds, const std::vector<std::string>& messages) {
    std::vector<char> scratch(64 * 1024);
    return nanoseconds_each(seconds, messages.size(), [&] {
        for (const std::string& text : messages) {
            std::memcpy(scratch.data(), text.c_str(), text.size() + 1);
            rapidjson::InsituStringStream stream(scratch.data());
            rapidjson::Reader reader;
            Discard discard;
            constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
            if (!reader.Parse<flags>(stream, discard)) std::abort();
        }
    });
}

}  // namespace

int main(int count, char** arguments) {
    const double seconds = count > 1 ? std::atof(arguments[1]) : 1.0;
    const std::vector<std::string> regular = trades(false);
    std::vector<BatchColumn> with_metadata = trade_columns();
    for (const MetadataColumn& metadata : metadata_columns()) {
        if (metadata.field == MetadataField::data) continue;
        BatchColumn hidden;
        hidden.name = "__" + std::string(metadata.name);
        hidden.type = metadata.type;
        hidden.metadata = metadata.field;
        with_metadata.push_back(std::move(hidden));
    }
    std::printf("%zu bytes, 8 fields, 7 of them wanted; nanoseconds per message\n", regular.front().size());
    std::printf("  RapidJSON into nothing      %7.0f\n", measure_parser(seconds, regular));
    std::printf("  into columns                %7.0f\n", measure_decoder(seconds, regular, trade_columns()));
    std::printf("  into columns, order varies  %7.0f\n", measure_decoder(seconds, trades(true), trade_columns()));
    std::printf("  with all metadata columns   %7.0f\n", measure_decoder(seconds, regular, with_metadata));
    return 0;
}
