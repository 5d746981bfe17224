#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/objects/connector_descriptor.h"
#include "catalog/options/given_options.h"
#include "connectors/codec/format/message_decoder.h"
#include "connectors/connection_context.h"
#include "connectors/delivery_options.h"
#include "parser/diagnostic/diagnostic_codes.h"

namespace laminar {

class PayloadTranslator;

/// What is legal in the options of a connection and yet likely to be regretted in production.
struct OptionRisk {
    DiagnosticCode code;
    std::string_view option;  ///< The one to show it at.
    std::string message;
    std::string hint;
};

/// One kind of connection, whole: what the catalog knows of it, and how it comes to life. A connector is a folder with
/// one of these, and a line in connectors/registry/builtin_connectors.cpp. Immutable; all members are thread-safe.
class Connector {
public:
    explicit Connector(ConnectorDescriptor descriptor) : descriptor_(std::move(descriptor)) {}
    virtual ~Connector() = default;
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;

    [[nodiscard]] const ConnectorDescriptor& descriptor() const noexcept { return descriptor_; }

    /// Makes the live counterpart of a connection that was declared with this connector; it is not yet open. Throws
    /// std::bad_cast for options of another.
    [[nodiscard]] virtual std::unique_ptr<Connection> make(const ConnectionObject& definition,
                                                           const ConnectionContext& context) const = 0;
    /// How what comes in is handed to its readers; borrowed from the options. Without such options: the defaults.
    [[nodiscard]] virtual const DeliveryOptions& delivery_options(const ConnectorOptions& options) const;
    /// How its messages become rows.
    [[nodiscard]] virtual DecoderOptions decoder_options(const ConnectorOptions& options) const;
    /// What makes JSON of its messages before anybody looks at them; null: they are JSON already, or text.
    [[nodiscard]] virtual std::shared_ptr<PayloadTranslator> payload_translator(const ConnectorOptions& options) const;
    /// given: what the statement gave that the definition has its options from.
    [[nodiscard]] virtual std::vector<OptionRisk> risks(const ConnectionObject& definition,
                                                        const GivenOptions& given) const;
    /// A source whose messages are the same in the same order whenever it is read (but for what follows them), numbered
    /// from 1 (Message::sequence). Connection::take_over lets one begin after a number, which is its position.
    [[nodiscard]] virtual bool can_be_read_again(const ConnectorOptions& options) const {
        (void)options;
        return false;
    }

private:
    ConnectorDescriptor descriptor_;
};

}  // namespace laminar
