// Where the input moves, the features move as well: G(T_v f) = T_v G(f). On a torus exactly so; with a stride
// s for every v that s divides; and no longer where zeros stand beyond the edge.
#include "board.hpp"
#include "lecture.hpp"

using namespace lecture;
using namespace tenon::layers;

constexpr tensor<shape{1, 8, 8}> image = {{0, 0, 0, 0, 0, 0, 0, 0,  //
                                           0, 0, 3, 3, 2, 0, 0, 1,  //
                                           0, 3, 0, 0, 4, 2, 0, 0,  //
                                           0, 0, 0, 1, 4, 0, 0, 0,  //
                                           0, 0, 2, 4, 1, 0, 0, 5,  //
                                           0, 3, 4, 0, 0, 0, 0, 0,  //
                                           0, 4, 3, 3, 3, 3, 0, 0,  //
                                           2, 0, 0, 0, 0, 0, 0, 0}};

// Networks without an edge: what leaves the image on one side enters on the other.
constexpr auto plain = conv<2, 3, padding{1}, cyclic, no_bias> | relu | conv<1, 1, no_bias>;
constexpr auto strided = conv<1, 3, stride{2}, padding{1}, cyclic, no_bias> | relu;
constexpr auto pooled = strided | max_pool<2>;  // a stride of 2 again: 4 in all

constexpr float filters[] = {1, -2, 1, 0, 3, 0, 1, 0, -1, 2, 1, 0, 1, -1, 0, 0, 1, 2, 1, -3};

template <auto G>
constexpr auto features(const tensor<shape{1, 8, 8}>& f) {
  return apply<G>(f, std::span(filters).first(network_on<G, shape{1, 8, 8}>::parameter_count));
}

/// G(f), and G(T_v f), computed by the compiler.
template <auto G>
constexpr auto still = features<G>(image);
template <auto G, index Rows, index Columns>
constexpr auto moved = features<G>(translate(image, {Rows, Columns}));

static_assert(moved<plain, 1, 0> == translate(still<plain>, {1, 0}));
static_assert(moved<plain, -3, 5> == translate(still<plain>, {-3, 5}));
static_assert(moved<strided, 2, -4> == translate(still<strided>, {1, -2}));
static_assert(moved<pooled, 4, 4> == translate(still<pooled>, {1, 1}));

std::string spell(displacement v) { return std::to_string(v.rows) + ", " + std::to_string(v.columns); }

/// The u with G(T_v f) = T_u G(f), or a dash if there is none.
template <auto G>
std::string follows(displacement v) {
  const auto here = features<G>(translate(image, v));
  const index extent = here.extents.spatial(0);
  for (displacement u; u.rows < extent; ++u.rows)
    for (u.columns = 0; u.columns < extent; ++u.columns)
      if (here == translate(still<G>, u)) return spell(u);
  return "-";
}

/// Convolutions with zeros beyond the edge: where G(T_v f) is not T_v G(f).
template <index Depth>
panel broken(displacement v) {
  const auto G = [](const auto& f) {
    float ones[9 * Depth];
    std::ranges::fill(ones, 1.0f);
    return apply<repeat<Depth>(conv<1, 3, padding{1}, no_bias>)>(f, ones);
  };
  tensor<shape{1, 12, 12}> f;
  for (std::size_t i = 0; i < f.size(); ++i) f[i] = static_cast<float>(i * i % 17);
  return differences(std::to_string(Depth) + " deep", G(translate(f, v)), translate(G(f), v), 12);
}

int main() {
  heading("On a torus: the input moves by v, the features by");
  std::vector<std::vector<std::string>> rows = {{"v", "stride 1", "stride 2", "stride 2, pool 2"}};
  for (const displacement v : {displacement{0, 1}, {1, 1}, {0, 2}, {3, 0}, {2, 4}, {4, 0}, {4, 4}, {6, 2}})
    rows.push_back({spell(v), follows<plain>(v), follows<strided>(v), follows<pooled>(v)});
  table(rows);
  draw({grid("f", image), grid("G(f), stride 1", still<plain>),
        grid("G(T_v f), v = 2, 4", moved<plain, 2, 4>)});

  heading(
      "With zeros beyond the edge, v = 3, 4: x where G(T_v f) is not T_v G(f). That is near the edge, and "
      "near\n"
      "where the edge has moved to; every layer carries the error one pixel further.");
  draw({broken<1>({3, 4}), broken<2>({3, 4}), broken<3>({3, 4})});
}
