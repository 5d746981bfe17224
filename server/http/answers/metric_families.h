#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/flow/duration_histogram.h"

namespace laminar::http {

/// Collects the metrics of one answer.
class MetricFamilies {
public:
    using Labels = std::vector<std::pair<std::string_view, std::string>>;

    /// Values of one family after the other; help is that of the first. Names of counters end in _total.
    void counter(std::string_view name, std::string_view help, const Labels& labels, double value);
    void gauge(std::string_view name, std::string_view help, const Labels& labels, double value);
    /// In seconds.
    void histogram(std::string_view name, std::string_view help, const Labels& labels,
                   const DurationHistogram& durations);
    /// The text format of Prometheus, version 0.0.4.
    [[nodiscard]] std::string text() const;

private:
    prometheus::ClientMetric& add(std::string_view name, std::string_view help, prometheus::MetricType type,
                                  const Labels& labels);

    std::vector<prometheus::MetricFamily> families_;
};

/// Of this process: processor time, memory, files, when it started. As Prometheus names them.
void add_process_metrics(MetricFamilies& metrics);

}  // namespace laminar::http
