#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"

namespace laminar::test {

/// Which rows of a table are late, in words of SQL over the time at "$": those for which it is less at the row's time
/// than at the watermark that earlier rows had set. Rows without a time are left out as well.
struct LateRule {
    std::string table;
    std::string key;
};

/// The rows of a table, those that satisfy condition, make sessions by keys: which of them are late is decided one
/// after the other.
struct SessionRule {
    std::string table;
    std::string keys;
    std::string gap;
    std::string condition;
};

/// Rows of the four streams in the order of their arrival, in a database of their own, where they are also queried as
/// a whole: the reference. Beside its columns every table there has "n", the number of the row, and "w", the watermark
/// before it.
class Recording {
public:
    /// One of those in recordings/.
    explicit Recording(const std::string& directory);
    /// From SQL that delivers the rows of each table, in order.
    Recording(std::string name, const std::map<std::string, std::string>& queries);

    /// The streams, and the statements that declare them and the stored table accounts.
    [[nodiscard]] static const std::vector<std::string>& tables();
    [[nodiscard]] static const std::string& declarations();
    /// SQL that fills accounts, in the same words here and in the engine that is tested.
    [[nodiscard]] static std::string accounts_rows();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Its rows as the messages that bring them, each a JSON object.
    [[nodiscard]] const std::vector<std::string>& messages(const std::string& table) const {
        return messages_.at(table);
    }
    /// FROM text: the rows of a table, with n and w, without those that are late by any rule about it.
    [[nodiscard]] static std::string rows_in_time(const std::string& table, const std::vector<LateRule>& rules);
    /// FROM text: the same without those that are late for their sessions. The table is made for the purpose, and again
    /// with every call.
    [[nodiscard]] std::string rows_in_sessions(const SessionRule& rule) const;
    [[nodiscard]] Engine& engine() const noexcept { return *engine_; }

private:
    void add_table(const std::string& table, const std::string& query);

    std::string name_;
    std::unique_ptr<Engine> engine_;
    std::map<std::string, std::vector<std::string>> messages_;
};

/// Those in recordings/, each loaded once.
[[nodiscard]] const std::vector<std::unique_ptr<Recording>>& recordings();

}  // namespace laminar::test
