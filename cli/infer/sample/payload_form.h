#pragma once

#include <cstddef>

#include "cli/infer/sample/sampled_messages.h"
#include "connectors/codec/format/message_format.h"
#include "connectors/codec/format/payload_compression.h"

namespace laminar {

/// How the payloads of a feed are to be read.
struct PayloadForm {
    MessageFormat format = MessageFormat::json;
    PayloadCompression compression = PayloadCompression::none;
    std::size_t unreadable = 0;  ///< Messages that are not of that form.
};

/// Finds the form of most messages, and inflates those that are compressed, in place and up to limit bytes in all; what
/// cannot be inflated stays as it is. Where most messages are JSON the form is that.
[[nodiscard]] PayloadForm find_payload_form(SampledMessages& sample, std::size_t limit);

}  // namespace laminar
