#include "bench/row_source.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

#include "connectors/codec/values/time_text.h"
#include "connectors/local/paced_source.h"

namespace laminar::bench {

namespace {

std::uint64_t rows_of_source = 0;

constexpr std::int64_t first_time = 1'709'251'200'000'000;  // 2024-03-01, in microseconds.

/// The same for the same number: a step of splitmix64.
std::uint64_t scramble(std::uint64_t number) {
    number += 0x9E3779B97F4A7C15U;
    number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
    number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
    return number ^ (number >> 31U);
}

class RowSource final : public MessageSource {
public:
    RowSource(std::uint64_t rows, std::uint64_t salt) : rows_(rows), salt_(salt) {}

    void open() override { number_ = 0; }

    std::optional<SourceMessage> next() override {
        if (number_ >= rows_) return std::nullopt;
        const std::uint64_t noise = scramble(number_ + salt_);
        const std::int64_t jitter = static_cast<std::int64_t>(noise % 400) - 200;
        payload_.clear();
        fmt::format_to(std::back_inserter(payload_), R"({{"id":{},"k":"K{:02}","v":{}.{},"ts":")", number_,
                       (noise >> 10U) % 100, (noise >> 20U) % 100, (noise >> 30U) % 10);
        append_timestamp(payload_, first_time + (static_cast<std::int64_t>(number_) + jitter) * 1000, TypeId::timestamp,
                         'T');
        payload_ += "Z\"}";
        ++number_;
        return SourceMessage(payload_);
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override { return {}; }

private:
    std::uint64_t rows_;
    std::uint64_t salt_;
    std::uint64_t number_ = 0;
    std::string payload_;
};

}  // namespace

void set_source_rows(std::uint64_t rows) { rows_of_source = rows; }

std::unique_ptr<Connection> make_row_connection(const ConnectionObject& definition, const ConnectionContext& context) {
    if (definition.connector->name != "websocket") return make_connection(definition, context);
    PacedSource::Settings settings;
    settings.name = definition.name;
    settings.connector = definition.connector->name;
    settings.source =
        std::make_unique<RowSource>(rows_of_source, scramble(static_cast<std::uint64_t>(definition.name.back())));
    return std::make_unique<PacedSource>(std::move(settings), context);
}

}  // namespace laminar::bench
