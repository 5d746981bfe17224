#include "cli/infer/sample/payload_form.h"

#include <algorithm>
#include <string_view>

#include "connectors/codec/json/json_lookup.h"
#include "parser/text/utf8.h"

namespace laminar {
namespace {

PayloadCompression compression_of(const SampledMessages& sample) {
    for (const PayloadCompression compression : {PayloadCompression::gzip, PayloadCompression::zstd}) {
        const auto compressed =
            std::count_if(sample.messages.begin(), sample.messages.end(), [&](const SampledMessage& message) {
                return message.binary && begins_compressed(message.payload, compression);
            });
        if (2 * static_cast<std::size_t>(compressed) > sample.messages.size()) return compression;
    }
    return PayloadCompression::none;
}

/// What is too much when inflated is left out: it could be larger than the memory.
void inflate_all(SampledMessages& sample, PayloadCompression compression, std::size_t limit) {
    std::size_t left = limit;
    std::vector<SampledMessage> inflated;
    for (SampledMessage& message : sample.messages) {
        std::string_view text = message.payload;
        PayloadInflater inflater(compression, left);
        if (message.binary && begins_compressed(message.payload, compression)) {
            const auto error = inflater.inflate(message.payload, text);
            if (error && error->type == "too_large") break;
            if (error) text = message.payload;
        }
        if (text.size() > left) break;
        left -= text.size();
        inflated.push_back({std::string(text), false, message.received_at});
    }
    if (inflated.size() < sample.messages.size()) sample.ending = "the rest is too much when it is inflated";
    sample.messages = std::move(inflated);
}

}  // namespace

PayloadForm find_payload_form(SampledMessages& sample, std::size_t limit) {
    PayloadForm form;
    form.compression = compression_of(sample);
    if (form.compression != PayloadCompression::none) inflate_all(sample, form.compression, limit);
    std::size_t json = 0;
    std::size_t text = 0;
    for (const SampledMessage& message : sample.messages) {
        if (is_json(message.payload)) ++json;
        if (!message.binary && find_invalid_utf8(message.payload) == std::string_view::npos) ++text;
    }
    const std::size_t all = sample.messages.size();
    if (2 * json >= all) {
        form.format = MessageFormat::json;
        form.unreadable = all - json;
    } else if (text == all) {
        form.format = MessageFormat::text;
    } else {
        form.format = MessageFormat::binary;
    }
    return form;
}

}  // namespace laminar
