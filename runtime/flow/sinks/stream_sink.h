#pragma once

#include <memory>
#include <string>

#include "runtime/flow/sinks/sink_writer.h"
#include "runtime/flow/sinks/stream_queue.h"

namespace laminar {

/// Hands rows to who reads the stream; a full queue holds the pipeline up.
[[nodiscard]] std::unique_ptr<SinkWriter> make_stream_sink(std::shared_ptr<StreamQueue> queue, std::string stream);

}  // namespace laminar
