// What it costs to turn JSON messages into typed columns, beside what RapidJSON alone takes for the same text.
// Usage: decode [--rounds N] [--messages N]
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/reader.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bench/decode_work.h"
#include "bench/feed.h"
#include "bench/report.h"
#include "connectors/registry/builtin_connectors.h"

namespace {

using namespace laminar;
using namespace laminar::bench;

struct Discard : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Discard> {};

/// The same fields in another order in every second message.
std::vector<std::string> reordered(std::vector<std::string> messages) {
    for (std::size_t number = 1; number < messages.size(); number += 2) {
        std::string& text = messages[number];
        const std::size_t symbol = text.find("\"symbol\"");
        const std::size_t time = text.find("\"timestamp\"");
        text = "{" + text.substr(symbol, time - symbol) + text.substr(1, symbol - 1) + text.substr(time);
    }
    return messages;
}

/// Messages of three kinds by turns, as feeds send them on one connection.
std::vector<std::string> of_three_kinds(std::vector<std::string> messages) {
    constexpr std::string_view kind = "\"transaction\"";
    for (std::size_t number = 0; number < messages.size(); ++number) {
        if (number % 3 == 1) continue;
        messages[number].replace(messages[number].find(kind), kind.size(),
                                 number % 3 == 0 ? "\"order\"" : "\"status\"");
    }
    return messages;
}

void read_into_nothing(const std::vector<std::string>& messages) {
    std::vector<char> scratch(64 << 10);
    for (const std::string& text : messages) {
        std::memcpy(scratch.data(), text.c_str(), text.size() + 1);
        rapidjson::InsituStringStream stream(scratch.data());
        rapidjson::Reader reader;
        Discard discard;
        constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
        if (!reader.Parse<flags>(stream, discard)) std::abort();
    }
}

void read_into_documents(const std::vector<std::string>& messages) {
    for (const std::string& text : messages) {
        rapidjson::Document document;
        document.Parse(text.data(), text.size());
        if (document.HasParseError()) std::abort();
    }
}

std::vector<BatchColumn> with_metadata(std::vector<BatchColumn> columns) {
    for (const MetadataField metadata : builtin_connectors().metadata_columns()) {
        if (metadata == MetadataField::data) continue;
        BatchColumn hidden;
        hidden.name = "__" + std::string(metadata->name);
        hidden.type = metadata->type;
        hidden.metadata = metadata;
        columns.push_back(std::move(hidden));
    }
    return columns;
}

}  // namespace

int main(int count, char** arguments) {
    const auto rounds = static_cast<std::size_t>(option(count, arguments, "--rounds", 9));
    const auto number = static_cast<std::size_t>(option(count, arguments, "--messages", 100'000));
    const std::vector<std::string> messages = event_messages(number);
    const std::vector<std::string> shuffled = reordered(messages);
    DecodeWork all(event_columns());
    DecodeWork three(counted_event_columns());
    DecodeWork varying(event_columns());
    DecodeWork metadata(with_metadata(event_columns()));
    SharedDecodeWork three_tables;
    three_tables.add(event_columns());
    three_tables.add(counted_event_columns());
    three_tables.add(event_columns());
    SortedDecodeWork sorted;
    sorted.add(counted_event_columns(), "order");
    sorted.add(event_columns(), "transaction");
    sorted.add(event_columns(), "status");
    const std::vector<std::string> kinds = of_three_kinds(messages);
    SortedDecodeWork kinds_sorted;
    for (const char* kind : {"order", "transaction", "status"}) kinds_sorted.add(event_columns(), kind);
    SharedDecodeWork kinds_in_all;
    for (int table = 0; table < 3; ++table) kinds_in_all.add(event_columns());
    const auto nanoseconds = [&](const std::function<void()>& work) {
        return [&messages, work] {
            const double began = seconds_now();
            work();
            return (seconds_now() - began) * 1e9 / static_cast<double>(messages.size());
        };
    };
    const std::vector<std::string> names = {"RapidJSON document (baseline)",
                                            "RapidJSON SAX in situ into nothing (baseline)",
                                            "into 7 columns",
                                            "into 3 columns",
                                            "into 7 columns, order of fields varies",
                                            "into 7 columns and all metadata",
                                            "into 7, 3 and 7 columns of three tables, one parse each",
                                            "into 7, 3 and 7 columns of three tables, one parse for all",
                                            "into 7 columns of one of three tables, by its accept",
                                            "three kinds, each into 7 columns of its table (accept)",
                                            "three kinds, all into 7 columns of three tables (no accept)"};
    const auto figures = take_rounds(
        rounds,
        {nanoseconds([&] { read_into_documents(messages); }), nanoseconds([&] { read_into_nothing(messages); }),
         nanoseconds([&] { all.run(messages); }), nanoseconds([&] { three.run(messages); }),
         nanoseconds([&] { varying.run(shuffled); }), nanoseconds([&] { metadata.run(messages); }), nanoseconds([&] {
             all.run(messages);
             three.run(messages);
             all.run(messages);
         }),
         nanoseconds([&] { three_tables.run(messages); }), nanoseconds([&] { sorted.run(messages); }),
         nanoseconds([&] { kinds_sorted.run(kinds); }), nanoseconds([&] { kinds_in_all.run(kinds); })});
    Report report("decode", fmt::format("messages of {} bytes with 7 fields, {} a round", messages.front().size(),
                                        messages.size()));
    for (std::size_t index = 0; index < names.size(); ++index) report.add(names[index], "ns/message", figures[index]);
    for (std::size_t index = 2; index < names.size(); ++index) {
        report.add(names[index] + ", to the document", "x", ratios(figures[index], figures[0]));
        report.add(names[index] + ", to SAX", "x", ratios(figures[index], figures[1]));
    }
    report.print();
    return 0;
}
