#pragma once

namespace laminar {

/// What can run a script beside Laminar.
enum class ExportTarget { none, flink };

}  // namespace laminar
