#include "server/http/answers/metric_families.h"

#include <prometheus/text_serializer.h>

#include <algorithm>

namespace laminar::http {

prometheus::ClientMetric& MetricFamilies::add(std::string_view name, std::string_view help, prometheus::MetricType type,
                                              const Labels& labels) {
    auto family = std::find_if(families_.begin(), families_.end(), [&](const auto& each) { return each.name == name; });
    if (family == families_.end()) family = families_.insert(family, {std::string(name), std::string(help), type, {}});
    prometheus::ClientMetric& metric = family->metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({std::string(label), value});
    return metric;
}

void MetricFamilies::counter(std::string_view name, std::string_view help, const Labels& labels, double value) {
    add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void MetricFamilies::gauge(std::string_view name, std::string_view help, const Labels& labels, double value) {
    add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

std::string MetricFamilies::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace laminar::http
