// Where libtorch is not installed.
#include "libtorch.hpp"

namespace bench {

libtorch_network make_libtorch(tenon::graph_view, std::span<const float>, std::span<const float>, int) {
  return {};
}
std::string libtorch_version() { return {}; }

}  // namespace bench
