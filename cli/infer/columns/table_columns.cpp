#include "cli/infer/columns/table_columns.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "catalog/objects/metadata_column.h"
#include "catalog/options/clear_secrets.h"
#include "cli/infer/kinds/object_names.h"
#include "connectors/registry/builtin_connectors.h"
#include "parser/text/ascii.h"

namespace laminar {
namespace {

constexpr std::size_t most_columns = 150;
constexpr std::size_t most_leaves_to_flatten = 40;  ///< Of one nested object.
constexpr std::size_t deepest_to_flatten = 4;

bool is_metadata_name(std::string_view name) {
    const auto fields = builtin_connectors().metadata_columns();
    return std::any_of(fields.begin(), fields.end(),
                       [&](MetadataField field) { return equals_ignoring_case(field->name, name); }) ||
           equals_ignoring_case(name, "size");
}

/// Such columns are filled from metadata alone, whatever their path says.
bool routes_replies(std::string_view name) { return equals_ignoring_case(name, "session_id"); }

class ColumnFinder {
public:
    ColumnFinder(const ValueShape& root, const RowPlace& place, const MessageKind& kind)
        : root_(root), place_(place), kind_(kind) {}

    FoundColumns find() {
        add(*place_.row, {}, false, 1);
        if (place_.rows && !place_.rows->empty()) add(root_, {}, true, 1);
        for (const MessagePath& path : place_.left_out) found_.left_out.push_back(path_text(path).value_or("?"));
        quote_similar_names();
        find_event_time();
        return std::move(found_);
    }

private:
    /// share: of the rows that have what is at the path.
    void add(const ValueShape& shape, const MessagePath& path, bool of_message, double share) {
        if (of_message && place_.rows && path == beginning_of_rows()) return;
        if (is_flattened(shape, path, of_message)) {
            if (shape.is_object()) add_members(shape, path, of_message, share);
            if (shape.is_array()) add_positions(shape, path, of_message, share);
            return;
        }
        if (found_.columns.size() >= most_columns) return leave_out(path, of_message);
        add_column(shape, path, of_message, share);
    }

    /// Where the rows begin: what leads there is no column.
    [[nodiscard]] MessagePath beginning_of_rows() const {
        const auto each = std::find_if(place_.rows->begin(), place_.rows->end(),
                                       [](const PathStep& step) { return step.kind == PathStep::Kind::each; });
        return {place_.rows->begin(), each};
    }

    [[nodiscard]] bool leads_to_rows(const MessagePath& path, bool of_message) const {
        return of_message && place_.rows && begins_with(beginning_of_rows(), path);
    }

    [[nodiscard]] bool is_flattened(const ValueShape& shape, const MessagePath& path, bool of_message) const {
        if (kind_.takes_everything) return false;
        if (leads_to_rows(path, of_message)) return true;
        if (path.size() >= deepest_to_flatten || shape.is_opaque()) return false;
        if (shape.is_object()) {
            // A name that no path can have is in the JSON of all of it.
            const bool has_paths =
                std::all_of(shape.members().begin(), shape.members().end(), [&](const ValueShape::Member& member) {
                    return path_text(extended(path, member_step(member.first))).has_value();
                });
            return has_paths && !shape.members().empty() && (path.empty() || shape.leaves() <= most_leaves_to_flatten);
        }
        // The elements of an array that is the row, or the message.
        return shape.is_array() && path.empty() && shape.longest() <= shape.positions().size() &&
               (shape.shortest() == shape.longest() || !is_uniform(shape));
    }

    static bool is_uniform(const ValueShape& array) {
        return array.elements() && find_type(*array.elements(), "").type.name != "JSON" &&
               array.elements()->scalars().texts == 0;
    }

    void add_members(const ValueShape& shape, const MessagePath& path, bool of_message, double share) {
        for (const auto& [name, member] : shape.members())
            add(*member, extended(path, member_step(name)), of_message, share * share_of(*member, shape.objects()));
    }

    void add_positions(const ValueShape& shape, const MessagePath& path, bool of_message, double share) {
        for (std::size_t index = 0; index < shape.positions().size(); ++index) {
            const ValueShape& position = *shape.positions()[index];
            add(position, extended(path, element_step(index)), of_message, share * share_of(position, shape.arrays()));
        }
    }

    static double share_of(const ValueShape& shape, std::uint64_t parents) {
        const double present = static_cast<double>(shape.seen() - shape.nulls());
        return parents == 0 ? 1 : std::min(1.0, present / static_cast<double>(parents));
    }

    void leave_out(const MessagePath& path, bool) {
        if (found_.left_out.size() < 10) found_.left_out.push_back(path_text(path).value_or("?"));
    }

    void add_column(const ValueShape& shape, const MessagePath& path, bool of_message, double share) {
        const std::optional<std::string> text = path_text(path);
        if (!text) return leave_out(path, of_message);
        FoundColumn column;
        const std::string field = path.empty() ? std::string() : path.back().name;
        if (kind_.takes_everything)
            column.type.type = plain_type("JSON");
        else
            column.type = find_type(shape, field);
        column.shape = &shape;
        column.share = share;
        column.name = take_name(path, column.type, *text, of_message);
        column.is_secret =
            std::any_of(path.begin(), path.end(), [](const PathStep& step) { return names_credential(step.name); });
        const bool by_name = path.size() == 1 && path.front().kind == PathStep::Kind::member && column.name == field &&
                             !is_metadata_name(field) && (!place_.rows || !place_.rows->empty());
        if (of_message)
            column.message_path = *text;
        else if (!by_name)
            column.json_path = *text;
        column.not_null = share >= 1 && is_guaranteed(path, of_message);
        found_.columns.push_back(std::move(column));
    }

    /// accept lets no message through without it.
    [[nodiscard]] bool is_guaranteed(const MessagePath& path, bool of_message) const {
        if (place_.rows && !place_.rows->empty() && !of_message) return false;
        const std::optional<std::string> text = path_text(path);
        return std::any_of(kind_.accept.begin(), kind_.accept.end(), [&](const KindCondition& condition) {
            return condition.test != KindCondition::Test::exists && condition.place == text;
        });
    }

    std::string take_name(const MessagePath& path, const FoundType& type, const std::string& text, bool of_message) {
        std::string name;
        if (path.empty()) {
            name = "value";
        } else if (path.back().kind == PathStep::Kind::member) {
            name = plain_name(path.back().name);
        } else {
            name = position_name(path, type, text, of_message);
        }
        const bool is_taken = std::any_of(found_.columns.begin(), found_.columns.end(),
                                          [&](const FoundColumn& column) { return column.name == name; });
        if (is_taken && path.size() > 1 && path[path.size() - 2].kind == PathStep::Kind::member)
            name = plain_name(path[path.size() - 2].name) + "_" + name;
        if (routes_replies(name) || is_reserved_column_name(name)) name = "peer_" + name;
        return unused(name);
    }

    [[nodiscard]] std::string position_name(const MessagePath& path, const FoundType& type, const std::string& text,
                                            bool of_message) const {
        const bool counts_from_message = of_message || (place_.rows && place_.rows->empty());
        const bool is_tag = std::any_of(kind_.accept.begin(), kind_.accept.end(), [&](const KindCondition& each) {
            return counts_from_message && each.place == text && each.test != KindCondition::Test::exists;
        });
        if (is_tag) return "kind";
        if (type.times != nullptr) return "time";
        return (of_message ? "message_item_" : "item_") + std::to_string(path.back().index);
    }

    /// Columns may differ in case alone, as fields do.
    [[nodiscard]] std::string unused(const std::string& wanted) const {
        std::string name = wanted;
        for (std::size_t number = 2;; ++number) {
            const bool is_taken = std::any_of(found_.columns.begin(), found_.columns.end(),
                                              [&](const FoundColumn& column) { return column.name == name; });
            if (!is_taken) return name;
            name = wanted + "_" + std::to_string(number);
        }
    }

    void quote_similar_names() {
        for (FoundColumn& column : found_.columns) {
            column.is_quoted = std::any_of(found_.columns.begin(), found_.columns.end(), [&](const FoundColumn& other) {
                return &other != &column && equals_ignoring_case(other.name, column.name);
            });
        }
    }

    /// Of several times: one of the row, that every row has, and that says when something happened.
    void find_event_time() {
        double best = 0;
        for (std::size_t index = 0; index < found_.columns.size(); ++index) {
            const FoundColumn& column = found_.columns[index];
            if (column.type.times == nullptr || column.share < 1 || column.type.times->count == 0 ||
                column.type.times->count < column.shape->scalars().count())
                continue;
            const double worth = worth_as_event_time(column);
            if (worth <= best) continue;
            best = worth;
            found_.event_time = index;
        }
    }

    [[nodiscard]] static double worth_as_event_time(const FoundColumn& column) {
        const std::string name = fold_case(column.name);
        const TimeFacts& times = *column.type.times;
        double worth = column.message_path.empty() ? 2 : 1;
        worth -= 0.2 * static_cast<double>(std::count(column.json_path.begin(), column.json_path.end(), '.'));
        if (name == "e") worth += 0.5;
        // What is far from the present is when something will be, or was.
        if (times.near_arrival > 0 && times.near_arrival == times.count) worth += 4;
        for (const std::string_view word : {"expir", "created", "open", "start", "end", "next", "close", "birth"})
            if (name.find(word) != std::string::npos) worth -= 1.5;
        for (const std::string_view word : {"trade", "event", "timestamp"})
            if (name.find(word) != std::string::npos) worth += 0.5;
        if (name == "time" || name == "ts" || name == "at" || name == "t" || name == "timestamp") worth += 0.6;
        return std::max(worth, 0.1);
    }

    const ValueShape& root_;
    const RowPlace& place_;
    const MessageKind& kind_;
    FoundColumns found_;
};

}  // namespace

bool FoundColumns::needs_coerce() const {
    return std::any_of(columns.begin(), columns.end(),
                       [](const FoundColumn& column) { return column.type.needs_coerce; });
}

FoundColumns find_columns(const ValueShape& root, const RowPlace& place, const MessageKind& kind) {
    return ColumnFinder(root, place, kind).find();
}

}  // namespace laminar
