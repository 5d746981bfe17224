#include "server/http/answers/metric_families.h"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <chrono>
#include <limits>

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

void MetricFamilies::histogram(std::string_view name, std::string_view help, const Labels& labels,
                               const DurationHistogram& durations) {
    prometheus::ClientMetric::Histogram& made = add(name, help, prometheus::MetricType::Histogram, labels).histogram;
    constexpr auto seconds = [](std::chrono::duration<double> time) { return time.count(); };
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < durations.counts().size(); ++i) {
        count += durations.counts()[i];
        const double bound = i < DurationHistogram::bounds.size() ? seconds(DurationHistogram::bounds[i])
                                                                  : std::numeric_limits<double>::infinity();
        made.bucket.push_back({count, bound});
    }
    made.sample_count = count;
    made.sample_sum = seconds(durations.sum());
}

std::string MetricFamilies::text() const { return prometheus::TextSerializer().Serialize(families_); }

}  // namespace laminar::http
