#include "runtime/database/result_redaction.h"

#include <string>
#include <utility>

namespace laminar {

void redact_texts(ResultTable& table, const SecretResolver& secrets) {
    for (ColumnVector& column : table.values) {
        if (column.type().id != TypeId::varchar && column.type().id != TypeId::json) continue;
        ColumnVector shown(column.type());
        bool changes = false;
        for (std::size_t row = 0; row < table.rows; ++row) {
            if (!column.is_valid(row)) {
                shown.append_null();
                continue;
            }
            const std::string text = secrets.redact(column.string_at(row));
            changes = changes || text != column.string_at(row);
            shown.append_string(text);
        }
        if (changes) column = std::move(shown);
    }
}

}  // namespace laminar
