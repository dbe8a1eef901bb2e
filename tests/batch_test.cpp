// Many inputs at once give what each gives alone, whatever their number, on every target; nothing is written
// beside the outputs.
#include <tenon/openmp.hpp>

#include "in_parts.hpp"

namespace {

using namespace tenon::layers;

// clang-format off
/// Steps are cut, however small.
template <auto Expression> using cut = in_parts::cut<Expression>;
template <auto... Layers> using map = twin::net<(input<3, 9, 8> | ... | Layers)>;
/// Convolutions with more weights than pixels, a sum, and what comes after them.
inline constexpr auto late = conv<33, 3, stride{4}> | conv<200, 1> | relu | (identity + (conv<200, 3, padding{1}> | tanh)) | relu | conv<150, 3, padding{1}> | batch_norm;
struct Late : tenon::model<input<3, 9, 8> | late | flatten | linear<30>> {};
struct LateInParts : tenon::model<input<3, 9, 8> | late | flatten | linear<30>, tenon::lowering{.share_from = 0}> {};
/// Sums that take the place of what they add, which was there before the steps that run together.
inline constexpr auto block = (identity + (conv<200, 3, padding{1}> | relu | conv<200, 3, padding{1}>)) | relu;
struct Blocks : tenon::model<input<3, 9, 8> | conv<33, 3, stride{4}> | conv<200, 1> | relu | block | block | flatten | linear<30>> {};
/// Linear layers with a sum, and one of several inputs.
inline constexpr auto sums = linear<40> | relu | (identity + linear<40>) | sigmoid | linear<3> | softmax;
/// A vector that the next layer reads as a map with a halo.
struct VectorInHalo : tenon::model<input<16, 7, 7> | conv<128, 7> | relu | conv<128, 3, padding{1}> | flatten | linear<9>> {};
struct Two : tenon::model<concat(name<"a">(input<3, 4, 4>) | flatten, name<"b">(input<20>) | relu) | outputs(linear<9>, linear<70>)> {};

#define TENON_MODEL \
  map<conv<6, 3> , relu , max_pool<2> , flatten , linear<120> , relu , linear<84> , relu , linear<10>>, \
  map<conv<6, 3> , relu , global_avg_pool>, twin::net<input<50> | sums>, cut<input<50> | sums>, \
  twin::net<input<1000> | linear<300> | relu6 | linear<17>>, cut<input<203> | linear<300> | relu6 | linear<1>>, Late, LateInParts, Blocks, VectorInHalo, Two
// clang-format on

}  // namespace

#include <tenon/instantiate.hpp>

namespace {

/// Is a batch of n what n single runs give? With `Executor` in parts.
template <tenon::Model M, class Memory = typename M::batch_workspace, class... Executor>
bool agrees(const tenon::executable<M>& net, std::size_t n, Executor&&... executor) {
  const auto single = std::make_unique<typename M::workspace>();
  const auto memory = std::make_unique<Memory>();
  std::fill_n(reinterpret_cast<float*>(memory.get()), sizeof(*memory) / sizeof(float), twin::fence::post());
  std::vector<twin::fenced> x, y;
  std::array<const float*, M::input_count> in;
  std::array<float*, M::output_count> out;
  for (int k = 0; k < M::input_count; ++k) {
    const std::size_t count = n * M::input_shapes[k].count();
    x.emplace_back(count, 1);
    std::ranges::copy(twin::random_numbers(count, 3 + k), x.back().data());
  }
  for (int k = 0; k < M::output_count; ++k) y.emplace_back(n * M::output_shapes[k].count(), 3);
  for (int k = 0; k < M::input_count; ++k) in[k] = x[k].data();
  for (int k = 0; k < M::output_count; ++k) out[k] = y[k].data();
  net.run_batch(in, out, static_cast<tenon::index>(n), *memory, executor...);
  bool good = true;
  for (const twin::fenced& f : y) good = good && f.intact();
  for (std::size_t i = 0; i < n; ++i) {
    std::array<const float*, M::input_count> one = in;
    std::vector<std::vector<float>> expected;
    std::array<float*, M::output_count> to;
    for (int k = 0; k < M::input_count; ++k) one[k] += i * M::input_shapes[k].count();
    for (int k = 0; k < M::output_count; ++k)
      to[k] = expected.emplace_back(static_cast<std::size_t>(M::output_shapes[k].count())).data();
    net.run(one, to, *single);
    for (int k = 0; k < M::output_count; ++k)
      good = good && twin::same_bits(expected[k], {out[k] + i * expected[k].size(), expected[k].size()});
  }
  return good;
}

/// f(net, images of a block) for each of the networks, on every target.
template <class F>
void with_each_network(F f) {
  twin::on_every_target([&] {
    in_parts::each(tenon_models{}, [&]<class M>() {
      INFO(twin::title(M::network.view()));
      const tenon::executable<M> net([] {
        tenon::weights<M> w;
        std::ranges::copy(twin::random_weights(M::network.view(), 1), w.values().begin());
        return w;
      }());
      f(net, static_cast<std::size_t>(M::batch_images));
    });
  });
}

}  // namespace

TEST_CASE("a batch gives the bits of single runs", "[batch]") {
  job_system pool(3);
  with_each_network([&](const auto& net, std::size_t block) {
    for (const std::size_t n :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, block - 1, block, block + 1, 3 * block + 2}) {
      INFO(n);
      CHECK(agrees(net, n));
      CHECK(agrees(net, n, in_parts::backwards{3}));
      CHECK(agrees(net, n, in_parts::pool_executor{pool}));
      CHECK(agrees(net, n, tenon::openmp_executor(2)));
    }
  });
}

TEST_CASE("a batch whose images are shared out gives the bits of single runs", "[batch]") {
  job_system pool(3);
  with_each_network([&]<class M>(const tenon::executable<M>& net, std::size_t block) {
    for (const std::size_t n :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{7}, 3 * block + 2}) {
      INFO(n);
      for (const int workers : {1, 2, 3, 8}) {
        INFO(workers);
        // The executor is asked once, and never for one part alone.
        in_parts::backwards all{workers}, fewer{workers};
        CHECK(agrees<M, typename M::template batch_workspace_for<8>>(net, n, all));
        CHECK(agrees<M, typename M::template batch_workspace_for<2>>(net, n, fewer));
        CHECK(all.wrong + fewer.wrong == 0);
        CHECK(all.runs == (workers > 1 && n > 1 ? 1 : 0));
      }
      CHECK(agrees<M, typename M::template batch_workspace_for<3>>(net, n, in_parts::pool_executor{pool}));
      CHECK(agrees<M, typename M::template batch_workspace_for<2>>(net, n, in_parts::pool_executor{pool}));
      CHECK(agrees<M, typename M::template batch_workspace_for<1>>(net, n, in_parts::pool_executor{pool}));
    }
  });
}

TEST_CASE("a batch reads the weights of late layers once per block", "[batch]") {
  STATIC_REQUIRE(Late::batch.first < Late::schedule.step_count - 1);
  STATIC_REQUIRE(Late::batch_images >= 8);
  STATIC_REQUIRE(Blocks::batch.first < Blocks::schedule.step_count - 4);
  // Where there is nothing to gain, images run one by one and need no memory.
  STATIC_REQUIRE(map<conv<6, 3>, relu, global_avg_pool>::batch_images == 1);
  STATIC_REQUIRE(map<conv<6, 3>, relu, global_avg_pool>::batch.elements == 0);
}
