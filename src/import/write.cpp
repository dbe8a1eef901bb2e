#include "write.hpp"

#include <fstream>

namespace tenon::importer {
namespace {

std::string shape_text(const dims& d, const char* between) {
  std::string text;
  for (const index extent : d) text += (text.empty() ? "" : between) + std::to_string(extent);
  return text;
}

/// No name of the file may end the comment it stands in, or begin another line.
std::string printable(const std::string& s) {
  std::string text;
  for (const char c : s) text += c >= ' ' && c <= '~' && c != '\\' ? c : '?';
  return text.size() > 80 ? text.substr(0, 77) + "..." : text;
}

/// 1'234'567
std::string grouped(index n) {
  std::string digits = std::to_string(n);
  for (int at_ = static_cast<int>(digits.size()) - 3; at_ > 0; at_ -= 3)
    digits.insert(static_cast<std::size_t>(at_), 1, '\'');
  return digits;
}

std::string header(const origin& from, const graph& g, const network& n, const expression& e,
                   const typed_network& type) {
  std::string text = "// Imported from " + printable(from.file) + "\n//   SHA-256    " + from.sha256 +
                     "\n//   producer   " + printable(g.producer.empty() ? "(not said)" : g.producer) +
                     ", opset " + std::to_string(g.opset) + '\n';
  for (std::size_t i = 0; i < type.input_shapes.size(); ++i) {
    text +=
        "//   input      " + printable(e.input_names[i]) + ' ' + shape_text(type.input_shapes[i], "x") + '\n';
  }
  for (std::size_t i = 0; i < type.output_shapes.size(); ++i) {
    text +=
        "//   output     " + printable(g.outputs[i]) + ' ' + shape_text(type.output_shapes[i], "x") + '\n';
  }
  text += "//   parameters " + grouped(type.parameters) + ", multiply-accumulates " + grouped(type.macs) +
          "\n#pragma once\n\n#include <tenon/tenon.hpp>\n\nnamespace imported {\n\nusing namespace "
          "tenon::layers;\nusing "
          "tenon::index;\n\n" +
          text_of(e, n, from.model) + '\n';
  if (type.input_shapes.size() == 1 && type.output_shapes.size() == 1) {
    text += "static_assert(" + from.model + "::output_shape == tenon::shape{" +
            shape_text(type.output_shapes[0], ", ") + "});\n";
  }
  return text + "static_assert(" + from.model + "::parameter_count == " + grouped(type.parameters) + " && " +
         from.model + "::mac_count == " + grouped(type.macs) + ");\n\n}  // namespace imported\n";
}

std::string instance(const std::string& model) {
  return "// Compiles the network, for every instruction set: the only file that takes a while.\n#include "
         "\"model.hpp\"\n\n#define "
         "TENON_MODEL imported::" +
         model + "\n#include <tenon/instantiate.hpp>\n";
}

constexpr const char* build =
    R"--(project('imported', 'cpp', meson_version: '>=1.0.1', default_options: ['cpp_std=c++20', 'buildtype=release', 'warning_level=3'])

# tenon as it is installed, or else from subprojects/tenon
tenon_dep = dependency('tenon', fallback: 'tenon')
png_dep = dependency('libpng', required: false)  # for images as inputs

# The network, for all programs that run it.
network = static_library('network', 'model.cpp', dependencies: tenon_dep)

executable('run', 'main.cpp',
  cpp_args: ['-DMODEL_FILE="@0@"'.format(meson.current_source_dir() / 'model.safetensors'),
             '-DWITH_PNG=@0@'.format(png_dep.found() ? 1 : 0)],
  link_with: network,
  dependencies: [tenon_dep, png_dep])
)--";

constexpr const char* program =
    R"--(// Runs the network on one file for each input, and prints or writes its outputs.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <tenon/load.hpp>
#include <tenon/npy.hpp>
#if WITH_PNG
#include <png.h>
#endif

#include "model.hpp"

using Model = imported::MODEL;
using seconds = std::chrono::duration<double>;

constexpr const char* usage =
    R"(usage: run [-o OUTPUT.npy]... [--weights FILE] [--no-self-test] INPUT...
  INPUT           a file for each input of the network: .npy, or .png for an image
  -o FILE         write an output as .npy, the first -o the first output; others are printed: the largest
                  elements, and where they are
  --weights FILE  weights of this network other than model.safetensors
  --no-self-test  run even if the weights do not pass the self-test
)";

#if WITH_PNG
/// The pixels of an image from 0 to 1, channels first. Was the network trained on other numbers, such as
/// (pixel - mean) / deviation? Then this is the place to compute them.
std::vector<float> read_png(const std::string& path, const tenon::shape& expected) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_file(&png, path.c_str()))
    throw std::runtime_error(path + ": " + png.message);
  const std::size_t channels = expected.channels() == 1 ? 1 : 3;
  if (expected != tenon::shape{tenon::index(channels), png.height, png.width}) {
    png_image_free(&png);
    throw std::runtime_error(path + ": not an image of the extents that the network takes");
  }
  png.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  std::vector<png_byte> pixels(PNG_IMAGE_SIZE(png));
  if (!png_image_finish_read(&png, nullptr, pixels.data(), 0, nullptr))
    throw std::runtime_error(path + ": " + png.message);
  std::vector<float> x(pixels.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i % channels * (x.size() / channels) + i / channels] = float(pixels[i]) / 255;
  return x;
}
#endif

std::vector<float> read(const std::string& path, const tenon::shape& expected) {
  if (path.ends_with(".png")) {
#if WITH_PNG
    return read_png(path, expected);
#else
    throw std::runtime_error(path + ": libpng was not there when this program was built");
#endif
  }
  return tenon::read_npy(path, expected);
}

void print(std::size_t number, const std::vector<float>& y) {
  std::vector<std::size_t> order(y.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  const std::size_t shown = std::min<std::size_t>(5, y.size());
  std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(shown), order.end(),
                    [&](std::size_t a, std::size_t b) { return y[a] > y[b]; });
  std::printf("output %zu: the largest of %zu\n", number, y.size());
  for (std::size_t i = 0; i < shown; ++i) std::printf("%8zu  %.6g\n", order[i], double(y[order[i]]));
}

int main(int argc, char** argv) try {
  std::vector<std::string> inputs, outputs;
  std::string weights = MODEL_FILE;
  tenon::weight_options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "-o" && i + 1 < argc) {
      outputs.push_back(argv[++i]);
    } else if (argument == "--weights" && i + 1 < argc) {
      weights = argv[++i];
    } else if (argument == "--no-self-test") {
      options.self_test = options.check_architecture = false;
    } else if (argument == "--help" || argument == "-h") {
      std::fputs(usage, stdout);
      return 0;
    } else if (argument.starts_with("-")) {
      throw std::runtime_error("run: what is " + argument + "?\n" + usage);
    } else {
      inputs.push_back(argument);
    }
  }
  if (inputs.size() != Model::input_count || outputs.size() > Model::output_count) {
    throw std::runtime_error("run: the network has " + std::to_string(Model::input_count) + " input(s) and " +
                             std::to_string(Model::output_count) + " output(s)\n" + usage);
  }

  const auto start = std::chrono::steady_clock::now();
  tenon::executable<Model> net = tenon::load<Model>(weights, options);
  const seconds loading = std::chrono::steady_clock::now() - start;

  std::vector<std::vector<float>> x, y;
  std::array<const float*, Model::input_count> from;
  std::array<float*, Model::output_count> to;
  for (std::size_t i = 0; i < from.size(); ++i) x.push_back(read(inputs[i], Model::input_shapes[i]));
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = x[i].data();
  for (const tenon::shape& s : Model::output_shapes) y.emplace_back(std::size_t(s.count()));
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = y[i].data();
  const auto workspace = std::make_unique<Model::workspace>();

  const auto before = std::chrono::steady_clock::now();
  net.run(from, to, *workspace);
  const seconds running = std::chrono::steady_clock::now() - before;

  for (std::size_t i = 0; i < y.size(); ++i) {
    if (i < outputs.size()) {
      tenon::write_npy(outputs[i], y[i], Model::output_shapes[i]);
    } else {
      print(i, y[i]);
    }
  }
  std::fprintf(stderr, "%s: loaded in %.3g ms, %.3g of them to pack the weights; first run %.3g ms\n",
               net.target(), 1e3 * loading.count(), 1e3 * net.packing_seconds(), 1e3 * running.count());
} catch (const std::exception& e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
)--";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto place = text.find(what);
  return place == std::string::npos ? text : text.replace(place, what.size(), by);
}

/// Files that get their names when all of them are there; if they do not, none is left.
class unfinished {
 public:
  explicit unfinished(const std::filesystem::path& directory_)
      : directory(directory_), made(std::filesystem::create_directories(directory_)) {}
  unfinished(const unfinished&) = delete;
  ~unfinished() {
    std::error_code ignored;
    for (const std::string& name : names) std::filesystem::remove(part_of(name), ignored);
    if (made && !finished) std::filesystem::remove(directory, ignored);
  }
  std::filesystem::path begin(const std::string& name) {
    names.push_back(name);
    return part_of(name);
  }
  void finish() {
    for (const std::string& name : names) std::filesystem::rename(part_of(name), directory / name);
    names.clear();
    finished = true;
  }

 private:
  std::filesystem::path directory;
  bool made, finished = false;
  std::vector<std::string> names;

  std::filesystem::path part_of(const std::string& name) const { return directory / (name + ".part"); }
};

}  // namespace

void write_model(const std::filesystem::path& directory, const origin& from, const graph& g, const network& n,
                 const expression& e, const typed_network& type, const self_test& test) {
  const std::vector<std::pair<std::string, std::string>> files{
      {"model.hpp", header(from, g, n, e, type)},
      {"model.cpp", instance(from.model)},
      {"main.cpp", replaced(program, "MODEL", from.model)},
      {"meson.build", build}};
  file_contents contents;
  contents.architecture = type.hash;
  std::vector<float> weights;
  for (const typed_network::tensor& t : type.tensors) {
    contents.tensors.push_back({t.name, t.value->shape});
    weights.insert(weights.end(), t.value->data.begin(), t.value->data.end());
  }
  const auto specs = [](const char* what, const std::vector<dims>& shapes) {
    std::vector<tensor_spec> all;
    for (const dims& d : shapes)
      all.push_back({"tenon.self_test." + std::string(what) + '.' + std::to_string(all.size()), d});
    return all;
  };
  contents.test_inputs = specs("input", type.input_shapes);
  contents.test_outputs = specs("output", type.output_shapes);
  unfinished all(directory);
  for (const auto& [name, content] : files) {
    const std::filesystem::path path = all.begin(name);
    std::ofstream file(path, std::ios::binary);
    file << content;
    if (!file.flush()) {
      throw std::filesystem::filesystem_error("cannot write", path,
                                              std::make_error_code(std::errc::io_error));
    }
  }
  write_safetensors(all.begin("model.safetensors").string(), contents, weights, test);
  all.finish();
}

}  // namespace tenon::importer
