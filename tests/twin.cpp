#include "twin.hpp"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <sstream>

#include "catch.hpp"

namespace twin {

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
  });
}

std::vector<float> random_numbers(std::size_t count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<float> numbers(count);
  for (float& x : numbers) {
    const float plain = static_cast<float>(static_cast<std::int32_t>(bits())) * 0x1p-31f;
    switch (bits() % 16) {
      case 0:
        x = 0.0f;
        break;
      case 1:
        x = -0.0f;
        break;
      case 2:
        x = 8 * plain;
        break;
      case 3:
        x = 1e-6f * plain;
        break;
      case 4:
        x = 1e-25f * plain;
        break;
      default:
        x = plain;
    }
  }
  return numbers;
}

std::vector<float> random_weights(tenon::graph_view network, unsigned seed) {
  std::size_t count = 0;
  for (const tenon::node& n : network.nodes) count += static_cast<std::size_t>(n.tensor_count);
  std::vector<float> weights = random_numbers(count, seed);
  for (const tenon::node& n : network.nodes) {
    const auto all = std::span(weights).subspan(static_cast<std::size_t>(n.tensor_offset),
                                                static_cast<std::size_t>(n.tensor_count));
    const auto channels = static_cast<std::size_t>(n.out.channels());
    if (n.attr.kind == tenon::op::batch_norm) {
      for (float& variance : all.last(channels)) variance = 0.25f + std::abs(variance);
    } else if (!all.empty()) {
      // The weights of a filter add up to about 1: neither numbers nor bounds explode in deep networks.
      const auto biases = tenon::is_convolution(n.attr.kind) || n.attr.kind == tenon::op::linear;
      if (!biases) continue;
      const bool untied = n.attr.untied_bias || n.attr.kind == tenon::op::local;
      const auto outputs = untied ? static_cast<std::size_t>(n.out.count()) : channels;
      const auto filters = all.first(all.size() - (n.attr.has_bias ? outputs : 0));
      // Outputs times taps: a transposed filter is shared by the phases of its stride.
      const auto count = n.attr.kind == tenon::op::local ? outputs : channels;
      for (float& w : filters) w *= 2 * static_cast<float>(count) / static_cast<float>(filters.size());
    }
  }
  return weights;
}

std::string title(tenon::graph_view network) {
  std::string text;
  for (const tenon::node& n : network.nodes)
    text += (text.empty() ? "" : " | ") + std::string(spell(n.attr).view());
  return text;
}

float fence::post() { return std::bit_cast<float>(0x7fc5eed5u); }
bool fence::stands(std::span<const float> posts) {
  return same_bits(posts, std::vector<float>(posts.size(), post()));
}

fenced::fenced(std::size_t count, std::size_t offset)
    : count_(count), memory_(count + offset + 2 * fence::width + 16, fence::post()) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.data()) / sizeof(float);
  begin_ = fence::width + (16 - address % 16) % 16 + offset;
}
bool fenced::intact() const {
  const std::span all(memory_);
  return fence::stands(all.first(begin_)) && fence::stands(all.subspan(begin_ + count_));
}

void check_fences(bool input, bool output, bool arena, bool input_unchanged) {
  CHECK(input);
  CHECK(output);
  CHECK(arena);
  CHECK(input_unchanged);
}

/// The layers, with each convolution saying how it is computed.
std::vector<tenon::node> as_computed(tenon::graph_view network, tenon::plan_view schedule) {
  std::vector<tenon::node> nodes(network.nodes.begin(), network.nodes.end());
  for (const tenon::step& step : schedule.steps) {
    if (step.node < 0) continue;
    tenon::method& how = nodes[static_cast<std::size_t>(step.node)].attr.how;
    how = tenon::method::direct;
    if (step.how == tenon::algorithm::winograd_rows)
      how = step.outputs == 4 ? tenon::method::winograd_rows_4 : tenon::method::winograd_rows;
    if (step.how == tenon::algorithm::winograd_tiles)
      how = step.one_column() ? step.outputs == 4 ? tenon::method::winograd_4x1 : tenon::method::winograd_2x1
            : step.outputs == 2 ? tenon::method::winograd_2
            : step.columns == 2 ? tenon::method::winograd_4x2
                                : tenon::method::winograd_4;
    if (step.how == tenon::algorithm::winograd_plain) how = tenon::method::winograd_plain;
    if (step.how == tenon::algorithm::strassen)
      how = step.outputs == 4 ? tenon::method::strassen_twice : tenon::method::strassen;
  }
  return nodes;
}

std::vector<bounded> expect(tenon::graph_view network, tenon::plan_view schedule,
                            std::span<const float> weights, std::span<const float> input) {
  const std::vector<tenon::node> nodes = as_computed(network, schedule);
  network.nodes = nodes;
  return tenon::reference<bounded>(network, weights, input);
}

std::string compare(std::span<const float> output, std::span<const bounded> expected, double& worst) {
  std::ostringstream first;
  std::size_t misses = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const double error = std::abs(output[i] - expected[i].value()), bound = expected[i].error();
    if (error <= bound)
      worst = error > 0 ? std::max(worst, error / bound) : worst;
    else if (misses++ == 0)
      first << "element " << i << " is " << output[i] << ", expected " << expected[i].value() << " +- "
            << bound;
  }
  if (misses == 0) return "";
  first << "; " << misses << " of " << output.size() << " are wrong";
  return first.str();
}

void say(tenon::graph_view network, double worst) {
  if (std::getenv("TWIN_VERBOSE")) std::printf("%.3f of its bound: %s\n", worst, title(network).c_str());
}

double check(const subject& s) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  {
    INFO(title(s.network) << (s.fused ? "" : " (unfused)"));
    CHECK(tenon::test::plan_checker(s.network, s.schedule).problems() == "");
  }
  double worst = 0, scale = 0, bound = 0;  // the largest fraction of a bound, output and bound
  std::size_t inputs = 0;
  for (const tenon::node& n : s.network.nodes)
    if (n.attr.kind == tenon::op::input) inputs += static_cast<std::size_t>(n.out.count());
  for (unsigned seed = 1; seed <= 2; ++seed) {
    const std::vector<float> weights = random_weights(s.network, seed),
                             input = random_numbers(inputs, seed + 100);
    const std::vector<bounded> expected = expect(s.network, s.schedule, weights, input);
    for (const bounded& y : expected)
      scale = std::max(scale, std::abs(y.value())), bound = std::max(bound, y.error());
    on_every_target([&] {
      const runner run = s.pack(weights);
      INFO(title(s.network) << (s.fused ? "" : " (unfused)") << " on " << run.target << ", seed " << seed);
      const std::vector<float> output = run.bare(input);
      REQUIRE(output.size() == expected.size());
      const std::string misses = compare(output, expected, worst);
      CHECK(misses == "");
      if (!misses.empty()) return;
      for (const setting how : {setting{0, nan}, setting{1, 0}, setting{13, -3e38f}})
        CHECK(same_bits(run.fenced(input, how), output));
    });
  }
  INFO(title(s.network) << ": the largest bound is " << bound << ", the largest output " << scale);
  CHECK(bound <= 0.004 * scale);  // a bound that could not tell right from wrong would be no test
  say(s.network, worst);
  return worst;
}

}  // namespace twin
