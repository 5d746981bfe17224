#pragma once

namespace laminar {

/// Base of every typed options struct: what an OptionSchema checks and fills (connector, table, column options,
/// settings).
struct OptionSet {
    OptionSet() = default;
    OptionSet(const OptionSet&) = default;
    OptionSet(OptionSet&&) = default;
    OptionSet& operator=(const OptionSet&) = default;
    OptionSet& operator=(OptionSet&&) = default;
    virtual ~OptionSet() = default;
};

/// Base of each connector's typed options struct (WebSocketOptions, GeneratorOptions, ...).
struct ConnectorOptions : OptionSet {};

}  // namespace laminar
