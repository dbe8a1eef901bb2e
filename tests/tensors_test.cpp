// The tensors that a network asks of a weight file: names and shapes as PyTorch writes them, and together as
// many elements as inference counts.
#include <tenon/tenon.hpp>

#include <sstream>

#include "catch.hpp"

namespace {

using namespace tenon::layers;

/// "0.weight 4x1x3x3, 0.bias 4" for input | layers.
template <auto Expression>
std::string tensors() {
  constexpr auto& network = tenon::detail::graph_of<std::remove_const_t<decltype(Expression)>>;
  static_assert(!network.error);
  std::string text;
  tenon::index total = 0, counted = 0;
  for (const tenon::tensor_spec& spec : tenon::expected_tensors(network.view())) {
    text += (text.empty() ? "" : ", ") + spec.name;
    tenon::index elements = 1;
    char before = ' ';
    for (const std::int64_t extent : spec.shape) {
      text += before + std::to_string(extent);
      before = 'x';
      elements *= extent;
    }
    total += elements;
  }
  for (const tenon::node& n : network.nodes) counted += n.tensor_count;
  CHECK(total == counted);
  return text;
}

constexpr auto sound = input<4, 9>;
constexpr auto image = input<4, 6, 5>;
constexpr auto volume = input<4, 3, 6, 5>;

}  // namespace

TEST_CASE("convolutions of every rank ask for filters and biases", "[tensors]") {
  CHECK(tensors<sound | conv<8, 3>>() == "0.weight 8x4x3, 0.bias 8");
  CHECK(tensors<image | conv<8, extent{2, 3}, groups{2}>>() == "0.weight 8x2x2x3, 0.bias 8");
  CHECK(tensors<volume | conv<8, 2, depthwise, no_bias>>() == "0.weight 8x1x2x2x2");
  CHECK(tensors<image | conv<8, 3, untied_bias>>() == "0.weight 8x4x3x3, 0.bias 8x4x3");
  CHECK(tensors<image | conv<8, 3, padding{1}, reflect>>() == "0.weight 8x4x3x3, 0.bias 8");
  CHECK(tensors<image | conv_transpose<6, 3, groups{2}>>() == "0.weight 4x3x3x3, 0.bias 6");
  CHECK(tensors<image | local<2, 3, stride{2}>>() == "0.weight 2x2x2x4x3x3, 0.bias 2x2x2");
  CHECK(tensors<sound | local<2, 3, stride{3}, no_bias>>() == "0.weight 2x3x4x3");
}

TEST_CASE("normalisations ask for the extents that they scale", "[tensors]") {
  CHECK(tensors<image | batch_norm>() == "0.weight 4, 0.bias 4, 0.running_mean 4, 0.running_var 4");
  CHECK(tensors<image | instance_norm>() == "0.weight 4, 0.bias 4");
  CHECK(tensors<image | instance_norm_with<no_affine>>() == "");
  CHECK(tensors<image | group_norm<2>>() == "0.weight 4, 0.bias 4");
  CHECK(tensors<image | layer_norm>() == "0.weight 4x6x5, 0.bias 4x6x5");
  CHECK(tensors<image | layer_norm_with<axis{-1}>>() == "0.weight 5, 0.bias 5");
  CHECK(tensors<image | layer_norm_with<per_position>>() == "0.weight 4, 0.bias 4");
}

TEST_CASE("layers with parameters for each channel, and names", "[tensors]") {
  CHECK(tensors<image | scale | shift | prelu | relu>() == "0.weight 4, 1.bias 4, 2.weight 4");
  CHECK(tensors<image | flatten | name<"fc">(linear<3>)>() == "fc.weight 3x120, fc.bias 3");
  CHECK(tensors<(image | tag<"x"> | conv<1, 1>)*(from<"x"> | scale)>() ==
        "0.weight 1x4x1x1, 0.bias 1, 1.weight 4");
}

TEST_CASE("a model's tensors are printed as tenon check reads them", "[tensors]") {
  struct net : tenon::model<image | name<"a">(conv<8, 3> | batch_norm) | flatten | linear<2, no_bias>> {};
  std::ostringstream out;
  tenon::print_specs<net>(out);
  const std::string text = out.str(), first = text.substr(0, text.find('\n'));
  CHECK(first.size() == std::string("# architecture 0123456789abcdef").size());
  CHECK(first.starts_with("# architecture "));
  CHECK(text.substr(first.size()) ==
        "\na.0.weight 8x4x3x3\na.0.bias 8\na.1.weight 8\na.1.bias 8\na.1.running_mean 8\na.1.running_var 8\n"
        "2.weight 2x96\n");
}
