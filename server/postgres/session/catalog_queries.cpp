#include <fmt/format.h>

#include "runtime/session/query_error.h"
#include "server/postgres/session/client_session.h"

namespace laminar::postgres {

CatalogReader& ClientSession::catalog_reader() {
    {
        const MutexLock lock(mutex_);
        if (catalog_reader_) return *catalog_reader_;
    }
    auto made = std::make_unique<CatalogReader>(catalog_);
    const MutexLock lock(mutex_);
    catalog_reader_ = std::move(made);
    return *catalog_reader_;
}

SessionFacts ClientSession::session_facts() const {
    SessionFacts facts;
    for (const auto& [name, value] : parameters_.all()) facts.emplace_back(name, value);
    facts.emplace_back("session user", parameters_.value("session_authorization"));
    facts.emplace_back("session database", parameters_.database());
    facts.emplace_back("session process", fmt::format("{}", key_.process));
    return facts;
}

bool ClientSession::query_catalog(const CatalogQuery& query, std::size_t begin, const PlaceFinding& place,
                                  const std::function<void(CatalogReader&)>& ask) {
    if (query.error) {
        (void)fail(*query.error);
        return false;
    }
    Diagnostics diagnostics(query.source);
    const SourceSpan whole{0, static_cast<std::uint32_t>(query.source->text().size())};
    const Running running(*this);
    try {
        ask(catalog_reader());
    } catch (const EngineException& problem) {
        report_engine_error(problem.error(), &query.sql, whole, diagnostics);
    } catch (...) {
        // The rows could not be taken: the client is told why, if it is still there.
        if (!output_.refusal()) throw;
        (void)fail(*output_.refusal());
        return false;
    }
    if (!diagnostics.has_errors()) return true;
    (void)fail_with(diagnostics, cancelled_error(), place, begin);
    return false;
}

std::optional<std::string> ClientSession::execute_catalog(const QueryStatement& statement, const CatalogQuery& query,
                                                          const PlaceFinding& place, ResultOutput::Delivery delivery) {
    delivery.use = TypeUse::catalog;
    output_.begin_statement(std::move(delivery));
    if (!output_.flush()) return std::nullopt;
    const bool done = query_catalog(query, statement.begin, place, [&](CatalogReader& reader) {
        reader.execute(
            query.sql.text, session_facts(),
            [this](const std::vector<OutputColumn>& columns) { output_.begin_result(columns); },
            [this](const ResultTable& rows) {
                output_.rows(rows);
                return true;
            },
            [this] { return is_cancelled(); });
    });
    if (!done) return std::nullopt;
    output_.end_result();
    return fmt::format("SELECT {}", output_.row_count());
}

std::optional<std::vector<OutputColumn>> ClientSession::describe_catalog(const QueryStatement& statement,
                                                                         const CatalogQuery& query,
                                                                         const PlaceFinding& place) {
    std::vector<OutputColumn> columns;
    const bool done = query_catalog(query, statement.begin, place, [&](CatalogReader& reader) {
        columns = reader.describe(query.sql.text, session_facts());
    });
    if (!done) return std::nullopt;
    return columns;
}

}  // namespace laminar::postgres
