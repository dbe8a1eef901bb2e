// What a trained network makes of a translated and of a bent image. T_v f(x) = f(x - v) moves every pixel by
// v; L_tau f(x) = f(x - tau(x)) moves each one by its own tau(x), and bends the image as much as tau has a
// gradient. A representation y that pools over 2^J pixels can forget translations much smaller than that, and
// be bent no more than the image is:
//   |y(L_tau f) - y(f)| <= C (2^-J |tau| + |grad tau|) |y(f)|
// (the form of this bound is from S. Mallat, Group invariant scattering, 2012). Measured for LeNet-5, whose
// two pools are J = 2, trained on Fashion-MNIST. Run it as
//   deformation WEIGHTS IMAGES
// with two files of examples/data.
#include <cmath>
#include <exception>
#include <iostream>
#include <numbers>

#include "../fashion/idx.hpp"
#include "../lenet5.hpp"
#include "board.hpp"

using namespace lecture;
using image = LeNet5::input;
constexpr int side = 28;

/// Pixels down and to the right.
struct displacement {
  float down, right;
};

/// A field of displacements, no longer than `pixels` anywhere: waves along both axes, each of one component.
/// Without a wavelength it is constant, a translation. The phase is in turns; steps of 1/4 give a translation
/// its four directions.
struct field {
  float pixels, wavelength = 0;

  displacement at(float y, float x, float phase) const {
    const auto wave = [&](float turns) { return std::sin(2 * std::numbers::pi_v<float> * turns); };
    if (wavelength == 0) return {pixels * wave(phase), pixels * wave(phase + 0.25f)};
    const float amplitude = pixels / std::numbers::sqrt2_v<float>;  // of one component
    return {amplitude * wave(x / wavelength + phase), amplitude * wave(y / wavelength + phase)};
  }
  float gradient() const {  // the largest
    return wavelength == 0 ? 0
                           : std::numbers::sqrt2_v<float> * std::numbers::pi_v<float> * pixels / wavelength;
  }
};

/// f between its pixels, linear in both directions; 0 outside.
float sample(const image& f, float y, float x) {
  const int row = int(std::floor(y)), column = int(std::floor(x));
  const float down = y - float(row), right = x - float(column);
  const auto pixel = [&](int r, int c) {
    return r >= 0 && r < side && c >= 0 && c < side ? f[std::size_t(side * r + c)] : 0.0f;
  };
  return (1 - down) * ((1 - right) * pixel(row, column) + right * pixel(row, column + 1)) +
         down * ((1 - right) * pixel(row + 1, column) + right * pixel(row + 1, column + 1));
}

/// L_tau f
image warp(const image& f, const field& tau, float phase) {
  image bent;
  for (int i = 0; i < side * side; ++i) {
    const float y = float(i / side), x = float(i % side);
    const displacement by = tau.at(y, x, phase);
    bent[std::size_t(i)] = sample(f, y - by.down, x - by.right);
  }
  return bent;
}

/// The mean of |y(L_tau f) - y(f)| / |y(f)| over images and phases, and the share of them whose class stays.
struct effect {
  double change = 0, same = 0;
};
effect measure(tenon::executable<LeNet5>& y, std::span<const image> images, const field& tau) {
  effect mean;
  for (const image& f : images)
    for (const float phase : {0.0f, 0.25f, 0.5f, 0.75f}) {
      const LeNet5::output before = y(f), after = y(warp(f, tau, phase));
      double difference = 0, norm = 0;
      for (std::size_t i = 0; i < before.size(); ++i) {
        difference += std::pow(double(after[i]) - double(before[i]), 2);
        norm += std::pow(double(before[i]), 2);
      }
      const auto best = [](const auto& scores) { return std::ranges::max_element(scores) - scores.begin(); };
      mean.change += std::sqrt(difference / norm) / double(4 * images.size());
      mean.same += (best(before) == best(after)) / double(4 * images.size());
    }
  return mean;
}

int main(int argc, char** argv) try {
  if (argc != 3) throw std::invalid_argument("usage: deformation WEIGHTS IMAGES");
  tenon::executable<LeNet5> y(tenon::load_safetensors<LeNet5>(argv[1]));
  const std::vector<std::uint8_t> pixels = idx::read_images(argv[2]);
  std::vector<image> images(pixels.size() / image::count);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    images[i / image::count][i % image::count] = float(pixels[i]) / 255;

  const image& f = images[images.size() > 1];
  const field gentle{1.5f, 28}, strong{3, 14};
  draw({picture("f", f), picture("T_v f, |v| = 4", warp(f, {4}, 0))});
  draw({picture("L_tau f, |grad tau| = " + fixed(gentle.gradient(), 2), warp(f, gentle, 0)),
        picture("L_tau f, |grad tau| = " + fixed(strong.gradient(), 2), warp(f, strong, 0))});

  heading("The scores of LeNet-5 on " + std::to_string(images.size()) +
          " images, each translated and bent four ways.");
  std::vector<std::vector<std::string>> rows = {{"tau", "|tau|", "|grad tau|", "change", "C", "same class"}};
  double largest = 0;
  const auto add = [&](const field& tau) {
    const effect e = measure(y, images, tau);
    const double C = e.change / double(tau.pixels / 4 + tau.gradient());
    largest = std::max(largest, C);
    rows.push_back({tau.wavelength == 0 ? "translation" : "waves of " + fixed(tau.wavelength, 0),
                    fixed(tau.pixels, 3), fixed(tau.gradient(), 3), fixed(e.change, 3), fixed(C, 2),
                    fixed(100 * e.same, 1) + " %"});
  };
  for (const float length : {0.25f, 0.5f, 1.0f, 2.0f, 4.0f}) add({length});
  for (const float length : {0.25f, 0.5f, 1.0f, 2.0f, 4.0f}) add({length, 28});
  for (const float wavelength : {112.0f, 56.0f, 14.0f, 7.0f}) add({1, wavelength});
  table(rows);
  std::cout << "C = change / (|tau| / 4 + |grad tau|) is " << fixed(largest, 2) << " at most.\n";
} catch (const std::exception& wrong) {
  std::cerr << "error: " << wrong.what() << '\n';
  return 1;
}
