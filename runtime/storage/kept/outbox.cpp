#include "runtime/storage/kept/outbox.h"

#include <fmt/format.h>

#include <utility>

#include "parser/write/sql_writer.h"
#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

const std::vector<OutputColumn>& columns() {
    static const std::vector<OutputColumn> all{{"place", TypeId::bigint},      {"payload", TypeId::blob},
                                               {"is_binary", TypeId::boolean}, {"rows", TypeId::bigint},
                                               {"peer", TypeId::varchar},      {"session", TypeId::bigint},
                                               {"repeat_key", TypeId::blob}};
    return all;
}

const std::vector<OutputColumn>& place_columns() {
    static const std::vector<OutputColumn> all{{"place", TypeId::bigint}};
    return all;
}

}  // namespace

Outbox::Outbox(Engine& engine, std::string owner)
    : engine_(engine),
      owner_(std::move(owner)),
      added_(engine.create_row_slot("outbox:" + owner_, columns())),
      removed_(engine.create_row_slot("outbox sent:" + owner_, place_columns())) {
    insert_ = engine_.prepare(
        fmt::format("INSERT INTO laminar_kept.outbox SELECT {}, * FROM {}", quote_string(owner_), added_->from_sql()));
    delete_ = engine_.prepare(
        fmt::format("DELETE FROM laminar_kept.outbox WHERE owner = {} AND place IN (SELECT place FROM {})",
                    quote_string(owner_), removed_->from_sql()));
}

Outbox::~Outbox() {
    added_->set_rows(nullptr);
    removed_->set_rows(nullptr);
}

std::vector<Outbox::Entry> Outbox::read() {
    const ResultTable rows = engine_.query(
        fmt::format("SELECT place, payload, is_binary, rows, peer, session, repeat_key FROM laminar_kept.outbox "
                    "WHERE owner = {} ORDER BY place",
                    quote_string(owner_)));
    std::vector<Entry> entries(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        Entry& entry = entries[row];
        OutgoingMessage& message = entry.framed.message;
        entry.place = rows.values[0].values<std::int64_t>()[row];
        message.payload = std::make_shared<const std::string>(rows.values[1].string_at(row));
        message.binary = rows.values[2].values<std::uint8_t>()[row] != 0;
        entry.framed.rows = static_cast<std::size_t>(rows.values[3].values<std::int64_t>()[row]);
        message.peer = rows.values[4].string_at(row);
        if (rows.values[5].is_valid(row)) message.session = rows.values[5].values<std::int64_t>()[row];
        if (rows.values[6].is_valid(row)) message.repeat_key = std::string(rows.values[6].string_at(row));
    }
    return entries;
}

void Outbox::add(const std::vector<Entry>& entries) {
    if (entries.empty()) return;
    ResultTable rows = empty_rows(columns());
    for (const Entry& entry : entries) {
        const OutgoingMessage& message = entry.framed.message;
        rows.values[0].append(entry.place);
        rows.values[1].append_string(*message.payload);
        rows.values[2].append(static_cast<std::uint8_t>(message.binary));
        rows.values[3].append(static_cast<std::int64_t>(entry.framed.rows));
        rows.values[4].append_string(message.peer);
        message.session ? rows.values[5].append(*message.session) : rows.values[5].append_null();
        message.repeat_key ? rows.values[6].append_string(*message.repeat_key) : rows.values[6].append_null();
        ++rows.rows;
    }
    const ShownRows shown(*added_, rows);
    (void)insert_->execute();
}

void Outbox::remove(const std::vector<std::int64_t>& places) {
    if (places.empty()) return;
    ResultTable rows = empty_rows(place_columns());
    for (const std::int64_t place : places) rows.values[0].append(place);
    rows.rows = places.size();
    const ShownRows shown(*removed_, rows);
    (void)delete_->execute();
}

}  // namespace laminar
