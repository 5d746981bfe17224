#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/postgres/messages/error_message.h"
#include "server/postgres/session/kept_rows.h"
#include "server/postgres/statements/parameter_text.h"
#include "server/postgres/statements/query_text.h"

namespace laminar::postgres {

struct PreparedStatement {
    ParameterText text;
    std::vector<std::int32_t> types;  ///< OIDs of the parameters; 0: unknown, until they are asked for (Describe).
};

/// A statement with its values.
struct Portal {
    std::shared_ptr<PreparedStatement> statement;
    ParameterText::Filled filled;
    QueryText query;  ///< One statement, or none.
    std::vector<std::int16_t> formats;
    std::optional<std::size_t> described_columns;
    std::uint64_t born = 0;  ///< Its number among what the client has made.
    bool is_executed = false;
    bool has_rows = false;  ///< Once it is executed, as what follows: it may be again, for those that are left.
    KeptRows kept;
    std::string tag;
};

/// Why a client may not call something so; nothing: it may.
[[nodiscard]] std::optional<ErrorMessage> refusal_of_name(const std::string& name);

/// What a client has prepared, by name; "" is the one without. Bounded. Of one thread.
class PreparedStatements {
public:
    using StatementPtr = std::shared_ptr<PreparedStatement>;
    using PortalPtr = std::shared_ptr<Portal>;

    /// The error, if there is no room for it, or the name is taken. The unnamed one is replaced.
    [[nodiscard]] std::optional<ErrorMessage> add(const std::string& name, StatementPtr statement);
    [[nodiscard]] std::optional<ErrorMessage> add(const std::string& name, PortalPtr portal);
    /// Null: there is none.
    [[nodiscard]] StatementPtr statement(const std::string& name) const;
    [[nodiscard]] PortalPtr portal(const std::string& name) const;
    bool remove_statement(const std::string& name) { return statements_.erase(name) > 0; }
    bool remove_portal(const std::string& name) { return portals_.erase(name) > 0; }
    void remove_portals() { portals_.clear(); }
    /// Those that were made after that number.
    void remove_portals_after(std::uint64_t born) {
        std::erase_if(portals_, [born](const auto& each) { return each.second->born > born; });
    }
    /// What the rows that portals keep take.
    [[nodiscard]] std::size_t kept_bytes() const;
    void clear() {
        portals_.clear();
        statements_.clear();
    }

private:
    static constexpr std::size_t most = 1'000;
    static constexpr std::size_t most_bytes = 64 << 20;

    [[nodiscard]] std::optional<ErrorMessage> refuse(std::size_t bytes) const;

    std::map<std::string, StatementPtr> statements_;
    std::map<std::string, PortalPtr> portals_;
};

}  // namespace laminar::postgres
