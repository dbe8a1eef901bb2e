#include <algorithm>
#include <tuple>

#include "network.hpp"

namespace bench {
namespace {

std::vector<network_type>& registered() {
  static std::vector<network_type> all;
  return all;
}

}  // namespace

std::vector<network_type> all_networks() {
  std::vector<network_type> all = registered();
  std::ranges::sort(all, {}, [](const network_type& t) { return std::tuple(t.name, !t.fused); });
  return all;
}

registration::registration(network_type type) { registered().push_back(std::move(type)); }

}  // namespace bench
