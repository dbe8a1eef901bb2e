// One network: BENCH_NAME, of the types TENON_MODEL in BENCH_HEADER, one of which may be unfused. Compiled
// once for each network of meson.build.
#include BENCH_HEADER
#include <tenon/instantiate.hpp>
#include <tenon/openmp.hpp>

#include "network.hpp"

#include "../tests/zoo/seeded.hpp"

namespace {

constexpr int most_threads = 8;

template <class M>
class ready : public bench::network {
 public:
  explicit ready(int threads) : run_(make_executable()), threads_(threads), executor_(threads) {
    if (threads > most_threads || executor_.workers() != threads)
      throw std::invalid_argument("this program cannot run on so many threads");
    const tenon::shape shape = M::input_shape;
    zoo::fill_seeded(input_.elements, "input",
                     std::vector<std::int64_t>(shape.extents, shape.extents + shape.rank));
  }

  void run() override {
    if (threads_ == 1)
      std::as_const(run_)(input_, output_, *workspace_);
    else
      run_.run(input_, output_, *workspace_, executor_);
  }

  tenon::network_profile profile(const tenon::profile_options& options) override {
    return tenon::profile(run_, std::span<const float, M::input::count>(input_), options);
  }

  std::span<const float> input() const override { return input_.elements; }
  std::span<const float> output() const override { return output_.elements; }
  std::vector<float> weights() const override {
    const auto weights = zoo::seeded_weights<M>();
    return {weights.values().begin(), weights.values().end()};
  }

 private:
  static tenon::executable<M> make_executable() { return tenon::executable<M>(zoo::seeded_weights<M>()); }

  tenon::executable<M> run_;
  int threads_;
  tenon::openmp_executor executor_;
  typename M::input input_{};
  typename M::output output_{};
  using workspace = typename M::template workspace_for<most_threads>;
  std::unique_ptr<workspace> workspace_ = std::make_unique<workspace>();
};

template <class M>
bench::registration add() {
  return bench::registration({BENCH_NAME, M::lowered_with.fuse, M::mac_count, M::parameter_count,
                              M::arena_bytes, M::network.view(), view_of(tenon::kept_plan<M::schedule>),
                              [](int threads) { return std::make_unique<ready<M>>(threads); }});
}

template <class... Models>
std::vector<bench::registration> add_all(boost::mp11::mp_list<Models...>) {
  return {add<Models>()...};
}

const std::vector<bench::registration> added = add_all(tenon_models{});

}  // namespace
