#include "runtime/database/kept/kept_records.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <iterator>
#include <utility>

#include "runtime/flow/rows/result_rows.h"

namespace laminar {

namespace {

const std::vector<OutputColumn>& letter_columns() {
    static const std::vector<OutputColumn> all{
        {"number", TypeId::bigint},       {"failed_at", TypeId::bigint},       {"connection", TypeId::varchar},
        {"error_type", TypeId::varchar},  {"error_message", TypeId::varchar},  {"message_id", TypeId::varchar},
        {"peer", TypeId::varchar},        {"remote_address", TypeId::varchar}, {"received_at", TypeId::bigint},
        {"message_size", TypeId::bigint}, {"delivery_count", TypeId::bigint},  {"data", TypeId::blob}};
    return all;
}

const std::vector<OutputColumn>& gap_columns() {
    static const std::vector<OutputColumn> all{
        {"number", TypeId::bigint},         {"connection", TypeId::varchar},     {"started_at", TypeId::bigint},
        {"ended_at", TypeId::bigint},       {"last_message_at", TypeId::bigint}, {"reason", TypeId::varchar},
        {"attempts", TypeId::bigint},       {"last_position", TypeId::varchar},  {"resumed", TypeId::boolean},
        {"next_position", TypeId::varchar}, {"maybe_lost", TypeId::bigint},      {"peer", TypeId::varchar}};
    return all;
}

/// Puts the values of a row in one after the other.
class RowWriter {
public:
    explicit RowWriter(ResultTable& rows) : rows_(rows) { ++rows_.rows; }

    RowWriter& add(std::int64_t value) {
        rows_.values[column_++].append(value);
        return *this;
    }
    RowWriter& add_count(std::uint64_t value) { return add(static_cast<std::int64_t>(value)); }
    RowWriter& add_flag(bool value) {
        rows_.values[column_++].append(static_cast<std::uint8_t>(value));
        return *this;
    }
    RowWriter& add_text(std::string_view text) {
        rows_.values[column_++].append_string(text);
        return *this;
    }

private:
    ResultTable& rows_;
    std::size_t column_ = 0;
};

/// And takes them out.
class RowReader {
public:
    RowReader(const ResultTable& rows, std::size_t row) : rows_(rows), row_(row) {}

    std::int64_t number() { return rows_.values[column_++].values<std::int64_t>()[row_]; }
    std::uint64_t count() { return static_cast<std::uint64_t>(number()); }
    bool flag() { return rows_.values[column_++].values<std::uint8_t>()[row_] != 0; }
    std::string text() { return std::string(rows_.values[column_++].string_at(row_)); }

private:
    const ResultTable& rows_;
    std::size_t row_;
    std::size_t column_ = 0;
};

}  // namespace

KeptRecords::KeptRecords(Engine& engine, DeadLetters& letters, GapLog& gaps)
    : engine_(engine), letters_(letters), gaps_(gaps) {
    engine_.execute(
        "CREATE TABLE IF NOT EXISTS laminar_kept.dead_letters (number BIGINT, failed_at BIGINT, connection VARCHAR, "
        "error_type VARCHAR, error_message VARCHAR, message_id VARCHAR, peer VARCHAR, remote_address VARCHAR, "
        "received_at BIGINT, message_size BIGINT, delivery_count BIGINT, data BLOB);"
        "CREATE TABLE IF NOT EXISTS laminar_kept.gaps (number BIGINT, connection VARCHAR, started_at BIGINT, ended_at "
        "BIGINT, last_message_at BIGINT, reason VARCHAR, attempts BIGINT, last_position VARCHAR, resumed BOOLEAN, "
        "next_position VARCHAR, maybe_lost BIGINT, peer VARCHAR)");
    read_letters();
    read_gaps();
    letter_slot_ = engine_.create_row_slot("kept dead letters", letter_columns());
    gap_slot_ = engine_.create_row_slot("kept gaps", gap_columns());
    insert_letters_ =
        engine_.prepare("INSERT INTO laminar_kept.dead_letters SELECT * FROM " + letter_slot_->from_sql());
    insert_gaps_ = engine_.prepare("INSERT INTO laminar_kept.gaps SELECT * FROM " + gap_slot_->from_sql());
    delete_gaps_ = engine_.prepare(
        fmt::format("DELETE FROM laminar_kept.gaps WHERE number IN (SELECT number FROM {})", gap_slot_->from_sql()));
}

KeptRecords::~KeptRecords() = default;

void KeptRecords::read_letters() {
    const ResultTable rows = engine_.query("SELECT * FROM laminar_kept.dead_letters ORDER BY number");
    std::vector<DeadLetters::Numbered> letters(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        RowReader reader(rows, row);
        DeadLetter& letter = letters[row].letter;
        letters[row].number = reader.number();
        letter.timestamp = reader.number();
        letter.connection_name = reader.text();
        letter.error_type = reader.text();
        letter.error_message = reader.text();
        letter.message_id = reader.text();
        letter.peer = reader.text();
        letter.remote_address = reader.text();
        letter.received_at = reader.number();
        letter.message_size = reader.count();
        letter.delivery_count = static_cast<std::uint32_t>(reader.number());
        letter.data = reader.text();
    }
    letters_.take_up(std::move(letters));
}

void KeptRecords::read_gaps() {
    const ResultTable rows = engine_.query("SELECT * FROM laminar_kept.gaps ORDER BY number");
    std::vector<GapLog::Numbered> gaps(rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        RowReader reader(rows, row);
        ConnectionGap& gap = gaps[row].gap;
        gaps[row].number = reader.number();
        gap.connection = reader.text();
        gap.started_at = reader.number();
        gap.ended_at = reader.number();
        gap.last_message_at = reader.number();
        gap.reason = reader.text();
        gap.attempts = reader.count();
        gap.last_position = reader.text();
        gap.resumed = reader.flag();
        gap.next_position = reader.text();
        gap.maybe_lost = reader.count();
        gap.peer = reader.text();
    }
    gaps_.take_up(std::move(gaps));
}

void KeptRecords::look() {
    for (DeadLetters::Numbered& letter : letters_.take_new()) new_letters_.push_back(std::move(letter));
    for (GapLog::Numbered& gap : gaps_.take_changed()) {
        std::erase_if(changed_gaps_, [&](const GapLog::Numbered& each) { return each.number == gap.number; });
        changed_gaps_.push_back(std::move(gap));
    }
}

void KeptRecords::write_letters() {
    if (new_letters_.empty()) return;
    ResultTable rows = empty_rows(letter_columns());
    for (const auto& [number, letter] : new_letters_) {
        RowWriter(rows)
            .add(number)
            .add(letter.timestamp)
            .add_text(letter.connection_name)
            .add_text(letter.error_type)
            .add_text(letter.error_message)
            .add_text(letter.message_id)
            .add_text(letter.peer)
            .add_text(letter.remote_address)
            .add(letter.received_at)
            .add_count(letter.message_size)
            .add_count(letter.delivery_count)
            .add_text(letter.data);
    }
    const ShownRows shown(*letter_slot_, rows);
    (void)insert_letters_->execute();
    engine_.execute(fmt::format("DELETE FROM laminar_kept.dead_letters WHERE number < {}", letters_.first_number()));
}

void KeptRecords::write_gaps() {
    if (changed_gaps_.empty()) return;
    ResultTable rows = empty_rows(gap_columns());
    for (const auto& [number, gap] : changed_gaps_) {
        RowWriter(rows)
            .add(number)
            .add_text(gap.connection)
            .add(gap.started_at)
            .add(gap.ended_at)
            .add(gap.last_message_at)
            .add_text(gap.reason)
            .add_count(gap.attempts)
            .add_text(gap.last_position)
            .add_flag(gap.resumed)
            .add_text(gap.next_position)
            .add_count(gap.maybe_lost)
            .add_text(gap.peer);
    }
    const ShownRows shown(*gap_slot_, rows);
    (void)delete_gaps_->execute();
    (void)insert_gaps_->execute();
    engine_.execute(fmt::format("DELETE FROM laminar_kept.gaps WHERE number < {}", gaps_.first_number()));
}

void KeptRecords::apply() {
    write_letters();
    write_gaps();
}

void KeptRecords::on_commit() {
    new_letters_.clear();
    changed_gaps_.clear();
}

void KeptRecords::leave_out(const std::string& reason) {
    is_broken_ = true;
    spdlog::error("dead letters and gaps are not kept any more: {}", reason);
}

}  // namespace laminar
