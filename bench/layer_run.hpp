// Makes layers known to bench/layers.cpp. To be included behind tenon/instantiate.hpp, with
// TENON_PROFILE.
#pragma once

#include <algorithm>
#include <cstring>

#include "../tests/zoo/seeded.hpp"
#include "layer_entry.hpp"

namespace bench {

/// The last step of the layer called "layer".
template <class M>
constexpr int step_of_layer() {
  for (int s = M::schedule.step_count - 1; s >= 0; --s)
    for (int k = 0; k < M::schedule.steps[s].covered_count; ++k)
      if (M::network.nodes[M::schedule.steps[s].covered[k]].label == "layer") return s;
  return -1;
}

template <class M>
class ready_layer : public layer {
 public:
  static constexpr int number = step_of_layer<M>();
  static_assert(number >= 0);
  static constexpr tenon::step_view step{M::network.view(), view_of(tenon::kept_plan<M::schedule>),
                                         tenon::kept_plan<M::schedule>.steps[number]};

  ready_layer() : natural_(zoo::seeded_weights<M>()), program_(tenon::detail::choose_program<M>()) {
    zoo::fill_seeded(in_.elements, "input", std::vector<std::int64_t>{M::input::count});
    copy_weights(1);
    for (int s = 0; s <= number; ++s) run_step(s, 0);  // its input, and the zeros around it
  }

  void copy_weights(int copies) override {
    while (static_cast<int>(packed_.size()) < copies)
      packed_.push_back(tenon::detail::pack_weights(M::network.view(), view_of(tenon::kept_plan<M::schedule>),
                                                    program_.isa, natural_.values()));
  }
  void run(int copy) override { run_step(number, static_cast<std::size_t>(copy)); }

  std::vector<float> input() const override { return elements_of(step.in()); }
  std::vector<float> output() const override { return elements_of(step.out()); }
  std::vector<float> weights() const override {
    const auto all = tensors();
    return {all.begin(), all.end() - (step.layer().attr.has_bias ? step.layer().out.channels() : 0)};
  }
  std::vector<float> bias() const override {
    const auto all = tensors();
    return {all.end() - (step.layer().attr.has_bias ? step.layer().out.channels() : 0), all.end()};
  }

 private:
  void run_step(int s, std::size_t copy) {
    const float* in[] = {in_.data()};
    float* out[] = {out_.data()};
    program_.run_step(s, packed_[copy].get(), in, out, arena_->arena);
  }

  std::span<const float> tensors() const {
    return natural_.values().subspan(static_cast<std::size_t>(step.layer().tensor_offset),
                                     static_cast<std::size_t>(step.layer().tensor_count));
  }

  std::vector<float> elements_of(const tenon::buffer& b) const {
    const float* first = (b.where == tenon::place::input    ? in_.data()
                          : b.where == tenon::place::output ? out_.data()
                                                            : arena_->arena) +
                         b.offset + b.origin();
    std::vector<float> values;
    for (tenon::index c = 0; c < b.channels; ++c)
      for (tenon::index z = 0; z < b.depth; ++z)
        for (tenon::index v = 0; v < b.rows; ++v)
          for (tenon::index h = 0; h < b.columns; ++h)
            values.push_back(
                first[c * b.channel_step() + z * b.plane_step() + v * b.row_step() + h * b.column_step()]);
    return values;
  }

  tenon::weights<M> natural_;
  tenon::detail::program program_;
  std::vector<tenon::detail::packed_weights> packed_;
  typename M::input in_{};
  typename M::output out_{};
  std::unique_ptr<typename M::workspace> arena_ = std::make_unique<typename M::workspace>();
};

/// Adds M under the name of its shape; `forced` is the algorithm that its options name, if any.
template <class M>
bool add_layer(const char* shape, const char* forced = nullptr) {
  constexpr tenon::step_view s = ready_layer<M>::step;
  const std::string how(is_pointwise(s) && s.what.how == tenon::algorithm::direct ? "pointwise"
                                                                                  : spelling(s.what.how));
  layer_types().push_back(
      {shape, forced ? forced : how, !forced, s, [] { return std::make_unique<ready_layer<M>>(); }});
  return true;
}

}  // namespace bench
