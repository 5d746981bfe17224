#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace laminar {

/// A message of a feed that is being looked at.
struct SampledMessage {
    std::string payload;
    bool binary = false;           ///< It came as bytes.
    std::int64_t received_at = 0;  ///< Microseconds since the epoch, UTC; 0: not known.
    std::size_t group = 0;         ///< Of SampledMessages::groups.
};

/// What bounds a sample: whichever comes first ends it.
struct SampleLimits {
    std::chrono::milliseconds duration{10'000};  ///< From when the connection is established.
    std::size_t messages = 10'000;
    std::size_t bytes = 16U << 20;
};

/// Messages of one feed, in the order in which they came.
struct SampledMessages {
    std::vector<SampledMessage> messages;
    std::chrono::milliseconds duration{0};  ///< That it took; 0: they are from a file.
    /// Kinds that are known beforehand, by name: the messages are examples, made from a description of the feed. Empty:
    /// they are what a feed has sent.
    std::vector<std::string> groups;
    std::string ending;   ///< Why it ended before its time, in words; empty: it did not.
    std::string failure;  ///< Why there is none; empty: there is.
};

}  // namespace laminar
