#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "connectors/delivery/error_record.h"
#include "connectors/delivery/event_stream.h"
#include "connectors/delivery/in_flight_messages.h"
#include "connectors/delivery/input_channel.h"
#include "connectors/delivery/pending_commits.h"

namespace laminar {

/// A dead letter as the tables of the stream dlq get it.
struct DeadRecord {
    ErrorRecord record;
    std::string json;
};

/// The errors of a connection, as an ErrorStream keeps them.
struct ErrorBacklog {
    std::vector<std::shared_ptr<InputChannel>> error_channels;  ///< They have got all of errors.
    std::vector<std::shared_ptr<InputChannel>> dead_letter_channels;
    std::deque<ErrorRecord> errors;       ///< The latest, at most error_buffer_size.
    std::deque<DeadRecord> dead_letters;  ///< The same, and at most buffer_bytes.
    std::size_t dead_letter_bytes = 0;
    std::deque<std::chrono::steady_clock::time_point> recent_errors;  ///< Of the last minute.
};

/// The messages of a connection that are to be acknowledged, as MessageAcknowledgement keeps them.
struct UnacknowledgedMessages {
    InFlightMessages in_flight;
    PendingCommits commits;
    std::deque<AcknowledgementDue> due;
};

/// What the inputs of a connection leave to those of its successor.
struct InputsHandover {
    ErrorBacklog errors;
    EventBacklog events;
    UnacknowledgedMessages unacknowledged;
};

}  // namespace laminar
