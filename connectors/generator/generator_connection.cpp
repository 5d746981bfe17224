#include "connectors/generator/generator_connection.h"

#include <fmt/format.h>

#include <iterator>
#include <string>

#include "connectors/codec/values/time_text.h"
#include "connectors/delivery/connection_journal.h"
#include "connectors/generator/options.h"
#include "connectors/local/paced_source.h"

namespace laminar {

namespace {

class GeneratorSource final : public MessageSource {
public:
    explicit GeneratorSource(std::optional<std::uint64_t> max_rows) : max_rows_(max_rows) {}

    void open() override { counter_ = 0; }

    std::optional<SourceMessage> next() override {
        if (max_rows_ && counter_ >= *max_rows_) return std::nullopt;
        ++counter_;
        payload_.clear();
        fmt::format_to(std::back_inserter(payload_), R"({{"counter":{},"timestamp":")", counter_);
        append_timestamp(payload_, utc_now(), TypeId::timestamp, 'T');
        payload_ += "Z\"}";
        return SourceMessage(payload_);
    }

    [[nodiscard]] std::vector<ConnectionTestStep> test() const override {
        return {{"generate", true, {}, max_rows_ ? fmt::format("{} rows", *max_rows_) : "rows without end"}};
    }

private:
    std::optional<std::uint64_t> max_rows_;
    std::uint64_t counter_ = 0;
    std::string payload_;
};

}  // namespace

std::unique_ptr<Connection> make_generator_connection(const ConnectionObject& definition,
                                                      const ConnectionContext& context) {
    const auto& options = dynamic_cast<const GeneratorOptions&>(*definition.options);
    PacedSource::Settings settings;
    settings.name = definition.name;
    settings.connector = definition.connector->name;
    settings.rate = options.rows_per_second;
    settings.source = std::make_unique<GeneratorSource>(options.max_rows);
    return std::make_unique<PacedSource>(std::move(settings), context);
}

}  // namespace laminar
