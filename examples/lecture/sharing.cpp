// Sparse interactions and shared weights. A linear layer sees everything with weights of its own; a local one
// sees little of it (sparse); a convolution sees as little, everywhere with the same weights (sharing). What
// one layer does not see, the next ones gather: the receptive field grows with depth, stride, pooling and
// dilation.
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

// ---- the same shapes, three kinds of layer ----

/// From one n x n image to an n x n map.
template <index N>
using full_layer = network_on<flatten | linear<N * N>, shape{1, N, N}>;
template <index N>
using local_layer = network_on<local<1, 3, same>, shape{1, N, N}>;
template <index N>
using shared_layer = network_on<conv<1, 3, same>, shape{1, N, N}>;

template <index N>
consteval bool counts_are_right() {
  constexpr index units = N * N, window = 3 * 3;
  return full_layer<N>::parameter_count == units * (units + 1) &&
         full_layer<N>::connection_count == units * (units + 1) &&
         local_layer<N>::parameter_count == units * (window + 1) &&
         local_layer<N>::connection_count == units * (window + 1) &&
         shared_layer<N>::parameter_count == window + 1 &&
         shared_layer<N>::connection_count == units * (window + 1);
}
static_assert(counts_are_right<8>() && counts_are_right<16>() && counts_are_right<64>());

// A filter has as many parameters on any image: 3x3 for each input channel, and a bias.
template <index N>
constexpr index per_filter = network_on<conv<32, 3>, shape{16, N, N}>::parameter_count / 32;
static_assert(per_filter<8> == 16 * 9 + 1 && per_filter<224> == per_filter<8> &&
              per_filter<1000> == per_filter<8>);

// ---- the receptive field, along one axis ----

template <auto Layers>
constexpr index field = network_on<Layers, shape{1, 4096}>::receptive_field.at(0);

template <index Depth>
constexpr auto convolutions = repeat<Depth>(conv<1, 3>);
template <index Depth>
constexpr auto strided = repeat<Depth>(conv<1, 3, stride{2}>);
constexpr auto conv_and_pool = conv<1, 3> | max_pool<2>;
template <index Depth>
constexpr auto with_pools = repeat<Depth>(conv_and_pool);
/// Dilations 1, 2, 4, ...
template <index Depth>
constexpr auto dilated = dilated<Depth - 1> | conv<1, 3, dilation{1 << (Depth - 1)}>;
template <>
constexpr auto dilated<1> = conv<1, 3>;

template <index Depth>
constexpr bool grows_as_said = field<convolutions<Depth>> == 2 * Depth + 1 &&       // linearly
                               field<strided<Depth>> == (2 << Depth) - 1 &&         // and exponentially
                               field<with_pools<Depth>> == 3 * (1 << Depth) - 2 &&  //
                               field<dilated<Depth>> == (2 << Depth) - 1;
static_assert(grows_as_said<1> && grows_as_said<2> && grows_as_said<3> && grows_as_said<6>);

// ---- what the last unit sees of each map, from the matrices of the layers behind it ----

constexpr index width = 15;

/// The units of a map that the middle unit of the last one depends on through Layers.
template <auto Layers>
std::string seen() {
  const auto w = tenon::toeplitz<Layers, shape{1, width}>();
  std::string units;
  for (std::size_t i = 0; i < w.columns; ++i) units += w.at(width / 2, i) != 0 ? " o" : " .";
  return units;
}
panel tree_of(std::string title, std::string layer2, std::string layer1, std::string input_map) {
  std::string top;
  for (index i = 0; i < width; ++i) top += i == width / 2 ? " o" : " .";
  return {std::move(title), {top, layer2, layer1, input_map}, 2 * width};
}

// ---- rows of tables ----

using row = std::vector<std::string>;

template <template <index> class LayerOn>
row parameters(std::string name) {
  return {std::move(name), counted(LayerOn<8>::parameter_count), counted(LayerOn<16>::parameter_count),
          counted(LayerOn<32>::parameter_count), counted(LayerOn<64>::parameter_count)};
}
template <template <index> class LayerOn>
row connections(std::string name) {
  return {std::move(name), counted(LayerOn<8>::connection_count), counted(LayerOn<16>::connection_count),
          counted(LayerOn<32>::connection_count), counted(LayerOn<64>::connection_count)};
}
template <index Depth>
row fields() {
  return {std::to_string(Depth), counted(field<convolutions<Depth>>), counted(field<strided<Depth>>),
          counted(field<with_pools<Depth>>), counted(field<dilated<Depth>>)};
}

int main() {
  heading("From an n x n image to an n x n map: trained numbers, and their uses.");
  table({{"parameters", "n = 8", "n = 16", "n = 32", "n = 64"},
         parameters<full_layer>("linear"),
         parameters<local_layer>("local, 3x3"),
         parameters<shared_layer>("conv, 3x3")});
  table({{"connections", "n = 8", "n = 16", "n = 32", "n = 64"},
         connections<full_layer>("linear"),
         connections<local_layer>("local, 3x3"),
         connections<shared_layer>("conv, 3x3")});

  heading("The receptive field of so many layers with kernels of 3.");
  table({{"layers", "conv", "conv, stride 2", "conv, pool 2", "conv, dilation 1, 2, 4, ..."},
         fields<1>(),
         fields<2>(),
         fields<3>(),
         fields<4>(),
         fields<6>(),
         fields<8>()});

  heading("What a unit of the third layer (above) sees of the second, the first and the input (below).");
  constexpr auto c = conv<1, 3, same>;
  constexpr auto two = conv<1, 3, same, dilation{2}>;
  constexpr auto four = conv<1, 3, same, dilation{4}>;
  draw({tree_of("dilations 1, 1, 1", seen<c>(), seen<c | c>(), seen<c | c | c>()),
        tree_of("dilations 1, 2, 4", seen<four>(), seen<two | four>(), seen<c | two | four>())});
}
