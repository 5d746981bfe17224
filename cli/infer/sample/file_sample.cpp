#include "cli/infer/sample/file_sample.h"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/scripts/text_trim.h"
#include "connectors/codec/json/json_lookup.h"
#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/time_text.h"

namespace laminar {
namespace {

std::optional<SampledMessage> recorded_message(std::string_view line) {
    if (!line.starts_with('{') || !is_json_value(line)) return std::nullopt;
    std::size_t members = 0;
    JsonMembers each(line);
    while (each.next()) ++members;
    const auto time = find_json_value(line, {"received_at"});
    const auto payload = find_json_value(line, {"message"});
    if (members != 2 || !time || !payload) return std::nullopt;
    const auto moment = parse_timestamp(json_value_text(*time));
    if (!moment) return std::nullopt;
    return SampledMessage{json_value_text(*payload), false, moment->micros};
}

void unpack_recordings(SampledMessages& sample) {
    std::vector<SampledMessage> unpacked;
    for (const SampledMessage& line : sample.messages) {
        std::optional<SampledMessage> message = recorded_message(line.payload);
        if (!message) return;
        unpacked.push_back(std::move(*message));
    }
    sample.messages = std::move(unpacked);
}

}  // namespace

SampledMessages sample_file(const std::string& path, const SampleLimits& limits, bool recordings) {
    SampledMessages sample;
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text(limits.bytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        sample.failure =
            fmt::format("cannot read {}: {}", path, std::error_code(errno, std::generic_category()).message());
        return sample;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    const bool is_cut = file.peek() != std::ifstream::traits_type::eof();
    std::string_view rest = text;
    while (!rest.empty() && sample.messages.size() < limits.messages) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos && is_cut) break;
        const std::string_view line = trimmed(rest.substr(0, end));
        if (!line.empty()) sample.messages.push_back({std::string(line), false, 0});
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (is_cut || !rest.empty())
        sample.ending = fmt::format("only the first {} lines were looked at", sample.messages.size());
    if (sample.messages.empty())
        sample.failure = is_cut ? fmt::format("the first line of {} is longer than {} bytes", path, limits.bytes)
                                : fmt::format("there is no message in {}", path);
    if (recordings) unpack_recordings(sample);
    return sample;
}

}  // namespace laminar
