#include <algorithm>

#include "server/postgres/session/client_session.h"
#include "server/postgres/statements/filled_query.h"
#include "server/postgres/values/parameter_value.h"

namespace laminar::postgres {

void ClientSession::answer_extended(const FrontendMessage& message) {
    const MessageReader body(message.body);
    std::optional<ErrorMessage> error;
    switch (message.type) {
        case 'P':
            error = parse(body);
            break;
        case 'B':
            error = bind(body);
            break;
        case 'D':
            error = describe(body);
            break;
        case 'E':
            error = execute_portal(body);
            break;
        default:
            error = close(body);
    }
    if (!error) return;
    // Without a message it has been told already.
    if (!error->message.empty()) (void)fail(*error);
    skips_to_sync_ = true;
}

std::optional<ErrorMessage> ClientSession::parse(MessageReader message) {
    const std::optional<std::string_view> name = message.text();
    const std::optional<std::string_view> text = message.text();
    const std::optional<std::int16_t> given = message.int16();
    if (!given) return malformed_message();
    PreparedStatement statement{ParameterText(std::string(*text)), {}};
    for (std::uint16_t i = 0; i < static_cast<std::uint16_t>(*given); ++i) {
        const std::optional<std::int32_t> type = message.int32();
        if (!type) return malformed_message();
        statement.types.push_back(*type == unknown_oid ? 0 : *type);
    }
    if (auto refusal = statement.text.refusal()) return refusal;
    const std::vector<std::int32_t> written = statement.text.types_at_places();
    statement.types.resize(std::max(statement.types.size(), written.size()));
    for (std::size_t i = 0; i < written.size(); ++i)
        if (statement.types[i] == 0) statement.types[i] = written[i];

    const auto filled = statement.text.fill(nulls_for(statement.types, 0));
    if (!filled) return ParameterText::too_long();
    if (auto refusal = refusal_to_prepare(read_query(filled->text(), place_in(statement.text, *filled))))
        return refusal;
    if (auto refusal = prepared_.add(std::string(*name), std::make_shared<PreparedStatement>(std::move(statement))))
        return refusal;
    output_.messages().message('1');
    return std::nullopt;
}

std::optional<ErrorMessage> ClientSession::close(MessageReader message) {
    const std::optional<std::string_view> kind = message.bytes(1);
    const std::optional<std::string_view> name = message.text();
    if (!name || (*kind != "S" && *kind != "P")) return malformed_message();
    if (*kind == "S")
        prepared_.remove_statement(std::string(*name));
    else
        prepared_.remove_portal(std::string(*name));
    output_.messages().message('3');
    return std::nullopt;
}

void ClientSession::sync() {
    skips_to_sync_ = false;
    if (transaction_ == Transaction::none) prepared_.remove_portals();
    open_connections();
    ready();
}

}  // namespace laminar::postgres
