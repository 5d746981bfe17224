#include "cli/infer/kinds/kind_profile.h"

namespace laminar {
namespace {

constexpr double nearly_all = 0.95;

}  // namespace

KindProfile::KindProfile(const ValueStructures& structures, const std::vector<std::size_t>& members)
    : structures_(&structures), counts_(structures.features().size()), size_(members.size()) {
    for (const std::size_t member : members) {
        for (const std::uint32_t feature : structures.of(member).features) ++counts_[feature];
    }
}

void KindProfile::add(const KindProfile& other) {
    for (std::size_t feature = 0; feature < counts_.size(); ++feature) counts_[feature] += other.counts_[feature];
    size_ += other.size_;
}

double KindProfile::unevenness() const {
    double sum = 0;
    for (std::size_t feature = 0; feature < counts_.size(); ++feature) {
        if (counts_[feature] == 0) continue;
        const double share = static_cast<double>(counts_[feature]) / static_cast<double>(size_);
        sum += structures_->features()[feature].weight * share * (1 - share);
    }
    return sum * static_cast<double>(size_);
}

bool KindProfile::is_common(std::uint32_t feature) const {
    return static_cast<double>(counts_[feature]) >= nearly_all * static_cast<double>(size_);
}

double KindProfile::similarity(const KindProfile& other, const KindProfile* all) const {
    double both = 0;
    double either = 0;
    for (std::uint32_t feature = 0; feature < counts_.size(); ++feature) {
        const bool in_one = counts_[feature] > 0;
        const bool in_other = other.counts_[feature] > 0;
        if ((!in_one && !in_other) || (all && all->is_common(feature))) continue;
        const double weight = structures_->features()[feature].weight;
        either += weight;
        if (in_one && in_other) both += weight;
    }
    return either == 0 ? 1 : both / either;
}

bool KindProfile::contains(const KindProfile& other) const {
    for (std::size_t feature = 0; feature < counts_.size(); ++feature) {
        if (other.counts_[feature] > 0 && counts_[feature] == 0) return false;
    }
    return true;
}

}  // namespace laminar
