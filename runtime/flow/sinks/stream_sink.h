#pragma once

#include <memory>
#include <string>

#include "runtime/flow/sinks/sink_writer.h"
#include "runtime/flow/sinks/stream_queue.h"

namespace laminar {

/// Hands rows to who reads the stream; a full queue holds the pipeline up. holds_back: not before the commit of their
/// cycle.
[[nodiscard]] std::unique_ptr<SinkWriter> make_stream_sink(std::shared_ptr<StreamQueue> queue, std::string stream,
                                                           bool holds_back = false);

}  // namespace laminar
