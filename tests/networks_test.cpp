// LeNet-5 and ResNet-8 with their trained weights: the scores of PyTorch and its accuracy, on every target,
// fused and unfused.
#include "lenet5.hpp"
#include "resnet8.hpp"

#define TENON_MODEL LeNet5, ResNet8, tenon::unfused<LeNet5>, tenon::unfused<ResNet8>
#include <tenon/instantiate.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "idx.hpp"
#include "twin.hpp"

namespace {

static_assert(std::endian::native == std::endian::little, "reads .npy files as they are");

const std::string data = TENON_DATA_DIR "/", debian = "/usr/share/datasets/fashion-mnist/t10k-";
constexpr std::size_t logits = 256, samples = TENON_SANITIZED ? 32 : logits;  // images

/// The 256x10 float32 numbers of a .npy file: a header of 128 bytes, then the elements.
std::vector<float> read_logits(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<float> values(logits * idx::classes);
  file.seekg(128);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  REQUIRE(file.gcount() == static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

/// An image as the networks were trained on it: 0..1.
template <tenon::Model M>
typename M::input scaled(idx::image pixels) {
  typename M::input x;
  std::transform(pixels.begin(), pixels.end(), x.begin(),
                 [](std::uint8_t p) { return static_cast<float>(p) / 255.0f; });
  return x;
}

/// The scores of the first `count` images, computed by as many threads as there are cores.
template <tenon::Model M>
std::vector<typename M::output> scores(const tenon::executable<M>& net, const idx::dataset& images,
                                       std::size_t count) {
  std::vector<typename M::output> all(count);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    const auto scratch = std::make_unique<typename M::workspace>();
    for (std::size_t n = next++; n < count; n = next++) net(scaled<M>(images.picture(n)), all[n], *scratch);
  };
  std::vector<std::thread> threads;
  for (unsigned t = 1; t < std::thread::hardware_concurrency(); ++t) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  return all;
}

template <tenon::Model M>
void check_logits(const std::string& name) {
  const auto weights = tenon::load_safetensors<M>(data + name + ".safetensors");
  const idx::dataset images =
      idx::read(data + "sample-images-idx3-ubyte.gz", data + "sample-labels-idx1-ubyte.gz");
  const std::vector<float> expected = read_logits(data + name + "-logits256.npy");
  float largest = 0;
  for (float y : expected) largest = std::max(largest, std::abs(y));
  twin::on_every_target([&] {
    const tenon::executable<M> net(weights);
    INFO(name << " on " << net.target());
    const auto all = scores(net, images, samples);
    float worst = 0;
    for (std::size_t n = 0; n < samples; ++n)
      for (std::size_t c = 0; c < idx::classes; ++c)
        worst = std::max(worst, std::abs(all[n][c] - expected[n * idx::classes + c]));
    CHECK(worst <= 1e-5f * largest);
  });
}

template <tenon::Model M>
void check_accuracy(const std::string& name, int expected) {
  const auto weights = tenon::load_safetensors<M>(data + name + ".safetensors");
  const idx::dataset images = idx::read(debian + "images-idx3-ubyte.gz", debian + "labels-idx1-ubyte.gz");
  twin::on_every_target([&] {
    const tenon::executable<M> net(weights);
    INFO(name << " on " << net.target());
    int right = 0;
    const auto all = scores(net, images, images.size());
    for (std::size_t n = 0; n < images.size(); ++n)
      right +=
          std::ranges::max_element(all[n]) - all[n].begin() == static_cast<std::ptrdiff_t>(images.label(n));
    CHECK(std::abs(right - expected) <= 2);
  });
}

}  // namespace

TEST_CASE("LeNet-5 scores images as PyTorch does", "[networks]") {
  check_logits<LeNet5>("lenet5-fashion");
  check_logits<tenon::unfused<LeNet5>>("lenet5-fashion");
}

TEST_CASE("ResNet-8 scores images as PyTorch does", "[networks]") {
  check_logits<ResNet8>("resnet8-fashion");
  check_logits<tenon::unfused<ResNet8>>("resnet8-fashion");
}

TEST_CASE("the networks classify the test images as well as in PyTorch", "[networks]") {
  if (TENON_SANITIZED) return;  // it would take half an hour
  if (!std::filesystem::exists(debian + "images-idx3-ubyte.gz")) {
    WARN("skipped: install Debian's package dataset-fashion-mnist");
    return;
  }
  check_accuracy<LeNet5>("lenet5-fashion", 8973);
  check_accuracy<ResNet8>("resnet8-fashion", 9165);
}
