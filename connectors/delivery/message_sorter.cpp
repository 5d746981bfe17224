#include "connectors/delivery/message_sorter.h"

#include <algorithm>
#include <utility>

#include "connectors/codec/json/json_text.h"
#include "connectors/codec/values/number_text.h"
#include "connectors/matching/condition_fit.h"

namespace laminar {
namespace {

using Kind = ConditionValue::Kind;

bool fits_fact(const ConditionValue& wanted, const FactValue& fact) {
    if (const auto* text = std::get_if<std::string>(&fact)) return fits_text(wanted, *text);
    if (const auto* number = std::get_if<std::int64_t>(&fact))
        return wanted.kind == Kind::number && is_same_number(std::to_string(*number), wanted.text);
    return wanted.kind == Kind::null;
}

FactValue text_fact(const std::string& text) { return text.empty() ? FactValue() : FactValue(text); }

FactValue fact_of(const Message& message, MetadataField field) {
    if (field->fact == MetadataFact::frame_type) return std::string(message.binary ? "binary" : "text");
    const MessageOrigin* origin = message.origin.get();
    if (origin == nullptr) return {};
    if (field == MetadataField::remote_address) return text_fact(origin->remote_address);
    if (field->names_peer) return text_fact(origin->peer);
    for (const auto& [known, value] : origin->facts) {
        if (known == field) return value;
    }
    return {};
}

bool is_about_payload(MetadataField field) { return field == MetadataField::message || field == MetadataField::data; }

bool fits(const Message& message, MetadataField field, const std::vector<ConditionValue>& values) {
    if (is_about_payload(field)) {
        return values.empty() || std::any_of(values.begin(), values.end(), [&](const ConditionValue& wanted) {
                   return fits_text(wanted, message.payload);
               });
    }
    const FactValue fact = fact_of(message, field);
    if (values.empty()) return !std::holds_alternative<std::monostate>(fact);
    return std::any_of(values.begin(), values.end(),
                       [&](const ConditionValue& wanted) { return fits_fact(wanted, fact); });
}

/// Values of a message stand on lines of their own: without a line break there is but one.
bool is_one_line(std::string_view payload) noexcept {
    const std::size_t line_end = payload.find('\n');
    return line_end == std::string_view::npos || skip_json_space(payload, line_end) == payload.size();
}

}  // namespace

std::shared_ptr<const MessageSorter> MessageSorter::make(const Schemas& readers) {
    const bool all_take_all =
        std::all_of(readers.begin(), readers.end(), [](const auto& schema) { return schema->accept.empty(); });
    return all_take_all ? nullptr : std::make_shared<const MessageSorter>(readers);
}

MessageSorter::MessageSorter(const Schemas& readers) {
    for (const auto& schema : readers) {
        Reader reader;
        reader.takes_objects = schema->wants_fields() && !schema->rows;
        for (const AcceptCondition& accepted : schema->accept) {
            Condition condition;
            condition.values = accepted.values;
            if (accepted.metadata) {
                condition.metadata = *accepted.metadata;
                reader.of_facts.push_back(std::move(condition));
            } else {
                condition.place = places_.add(accepted.steps);
                reader.of_values.push_back(std::move(condition));
            }
        }
        (reader.takes_objects ? some_take_objects_ : some_take_values_) = true;
        readers_.push_back(std::move(reader));
    }
}

void MessageSorter::sort(const Message& message, Answer& answer) const {
    answer.shares.resize(readers_.size());
    answer.facts_fit_.resize(readers_.size());
    for (std::size_t index = 0; index < readers_.size(); ++index) {
        const auto& conditions = readers_[index].of_facts;
        answer.facts_fit_[index] = std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
            return fits(message, condition.metadata, condition.values);
        });
    }
    const std::size_t begin = skip_json_space(message.payload, 0);
    if (places_.size() == 0)
        give_to_all(answer);
    else if (is_one_line(message.payload) && !message.payload.substr(begin).starts_with('['))
        sort_one(message.payload, begin, answer);
    else
        sort_several(message.payload, answer);
    answer.takers = static_cast<std::size_t>(
        std::count_if(answer.shares.begin(), answer.shares.end(), [](const MessageShare& share) { return share.any; }));
}

/// Of the value at hand.
bool MessageSorter::is_for(const Reader& reader, Answer& answer) const {
    return std::all_of(reader.of_values.begin(), reader.of_values.end(), [&](const Condition& condition) {
        const std::string_view found = answer.found_[condition.place];
        if (found.empty() || condition.values.empty()) return !found.empty();
        return std::any_of(condition.values.begin(), condition.values.end(),
                           [&](const ConditionValue& wanted) { return fits_json(wanted, found, answer.text_); });
    });
}

void MessageSorter::sort_one(std::string_view payload, std::size_t begin, Answer& answer) const {
    if (places_.look(payload, begin, false, answer.found_).is_broken) return give_to_all(answer);
    for (std::size_t index = 0; index < readers_.size(); ++index) {
        MessageShare& share = answer.shares[index];
        share.any = share.all = answer.facts_fit_[index] != 0 && is_for(readers_[index], answer);
    }
}

/// An array, or values on lines of their own.
void MessageSorter::sort_several(std::string_view payload, Answer& answer) const {
    for (MessageShare& share : answer.shares) share.parts.clear();
    Judged judged;
    std::size_t values = 0;
    for (std::size_t at = skip_json_space(payload, 0); at < payload.size() || values == 0; ++values) {
        const JsonPlaces::Look look = sort_value(payload, at, judged, answer);
        at = skip_json_space(payload, look.end);
        const bool ends_line =
            at == payload.size() || payload.substr(look.end, at - look.end).find('\n') != std::string_view::npos;
        if (!look.is_broken && ends_line) continue;
        judged.is_broken = true;
        at = skip_json_space(payload, std::min(payload.find('\n', look.end), payload.size()));
    }
    if (judged.is_broken && values == 1) return give_to_all(answer);
    for (std::size_t index = 0; index < readers_.size(); ++index) {
        MessageShare& share = answer.shares[index];
        if (readers_[index].takes_all()) {
            share.any = share.all = true;
            continue;
        }
        const std::size_t all = readers_[index].takes_objects ? judged.objects : judged.values;
        // A line that is not JSON is everybody's.
        share.any = !share.parts.empty() || (judged.is_broken && answer.facts_fit_[index] != 0);
        share.all = share.any && !judged.is_broken && share.parts.size() == all;
    }
}

JsonPlaces::Look MessageSorter::sort_value(std::string_view payload, std::size_t begin, Judged& judged,
                                           Answer& answer) const {
    const bool is_array = payload.substr(begin).starts_with('[');
    if (is_array && some_take_objects_) {
        if (some_take_values_) {
            const JsonPlaces::Look look = places_.look(payload, begin, false, answer.found_);
            if (look.is_broken) return look;
            judge(begin, false, true, judged, answer);
        }
        return sort_elements(payload, begin, judged, answer);
    }
    const JsonPlaces::Look look = places_.look(payload, begin, true, answer.found_);
    if (!look.is_broken) judge(begin, true, true, judged, answer);
    return look;
}

JsonPlaces::Look MessageSorter::sort_elements(std::string_view payload, std::size_t begin, Judged& judged,
                                              Answer& answer) const {
    std::size_t at = skip_json_space(payload, begin + 1);
    if (payload.substr(at).starts_with(']')) return {at + 1, false};
    for (;;) {
        const JsonPlaces::Look look = places_.look(payload, at, true, answer.found_);
        if (look.is_broken) return look;
        judge(at, true, false, judged, answer);
        at = skip_json_space(payload, look.end);
        if (payload.substr(at).starts_with(']')) return {at + 1, false};
        if (!payload.substr(at).starts_with(',')) return {at, true};
        at = skip_json_space(payload, at + 1);
    }
}

/// Adds the value that has been looked at to the shares of those it is for.
void MessageSorter::judge(std::size_t begin, bool is_object, bool is_value, Judged& judged, Answer& answer) const {
    judged.objects += is_object ? 1 : 0;
    judged.values += is_value ? 1 : 0;
    for (std::size_t index = 0; index < readers_.size(); ++index) {
        const Reader& reader = readers_[index];
        if (reader.takes_all()) continue;
        const bool is_its_kind = reader.takes_objects ? is_object : is_value;
        if (is_its_kind && answer.facts_fit_[index] != 0 && is_for(reader, answer))
            answer.shares[index].parts.push_back(begin);
    }
}

/// As far as facts do not speak against it.
void MessageSorter::give_to_all(Answer& answer) const {
    for (std::size_t index = 0; index < readers_.size(); ++index) {
        MessageShare& share = answer.shares[index];
        share.any = share.all = answer.facts_fit_[index] != 0;
    }
}

}  // namespace laminar
