#include "write.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace tenon::importer {
namespace {

std::string joined(const part& p, const std::string& indent);

/// One chain as text: a layer that starts a line does so.
std::string text_of(const chain& c, const std::string& indent) {
  std::string text;
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (i > 0) text += c[i].starts_line ? "\n" + indent + "| " : " | ";
    text += c[i].joined.empty() ? c[i].text : joined(c[i], indent + "  ");
  }
  return text;
}

std::string joined(const part& p, const std::string& indent) {
  std::string text = "(";
  for (std::size_t i = 0; i < p.joined.size(); ++i) {
    if (i > 0) text += "\n" + indent + p.text + " ";
    const bool bare = p.joined[i].size() == 1;
    text += bare ? text_of(p.joined[i], indent) : "(" + text_of(p.joined[i], indent + "  ") + ")";
  }
  return text + ")";
}

std::string shape_text(const dims& d) {
  std::string text;
  for (const index extent : d) text += (text.empty() ? "" : "x") + std::to_string(extent);
  return text;
}

/// No name of the file may end the comment it stands in, or begin another line.
std::string printable(const std::string& s) {
  std::string text;
  for (const char c : s) text += c >= ' ' && c <= '~' && c != '\\' ? c : '?';
  return text;
}

std::string header(const origin& from, const graph& g, const values& v, const expression& e) {
  const array &x = v.of.at(g.inputs[0].name), &y = v.of.at(g.outputs[0]);
  index count = 0;
  for (const parameter& p : e.parameters) {
    if (p.name.find(".running_") == std::string::npos) count += static_cast<index>(p.value.data.size());
  }
  dims shape(y.shape.begin() + 1, y.shape.end());
  std::string extents;
  for (const index d : shape) extents += (extents.empty() ? "" : ", ") + std::to_string(d);
  return "// Imported from " + printable(from.file) + "\n//   SHA-256    " + from.sha256 +
         "\n//   producer   " + printable(g.producer) + ", opset " + std::to_string(g.opset) +
         "\n//   input      " + printable(g.inputs[0].name) + " " + shape_text(x.shape) +
         "\n//   output     " + printable(g.outputs[0]) + " " + shape_text(y.shape) + "\n//   parameters " +
         std::to_string(count) + ", MACs " + std::to_string(v.macs) +
         "\n#pragma once\n\n#include <tenon/tenon.hpp>\n\nnamespace imported {\n\nusing namespace "
         "tenon::layers;\n\n"
         "// clang-format off\nstruct " +
         from.model + " : tenon::model<\n    " + text_of(e.layers, "  ") +
         "> {};\n// clang-format on\n\nstatic_assert(" + from.model + "::output_shape == tenon::shape{" +
         extents + "});\nstatic_assert(" + from.model + "::parameter_count == " + std::to_string(count) +
         ");\nstatic_assert(" + from.model + "::mac_count == " + std::to_string(v.macs) +
         ");\n\n}  // namespace imported\n";
}

std::string instance(const std::string& model) {
  return "// The one translation unit that compiles the network for every instruction set.\n#include "
         "\"model.hpp\"\n\n"
         "#define TENON_MODEL imported::" +
         model + "\n#include <tenon/instantiate.hpp>\n";
}

std::string build() {
  return R"(project('imported', 'cpp', default_options: ['cpp_std=c++20', 'buildtype=release'])
executable('run', 'main.cpp', 'model.cpp',
  cpp_args: '-DMODEL_DIRECTORY="' + meson.current_source_dir() + '"',
  dependencies: dependency('tenon'))
)";
}

std::string program(const std::string& model) {
  return R"(// Runs the network on the numbers of a .npy file and prints its outputs, one to a line.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "model.hpp"
#include <tenon/weight_file.hpp>

using Model = imported::)" +
         model + R"(;

/// The float32 elements of a .npy file in C order; its shape may have a batch axis of 1.
std::vector<float> read_npy(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.size() < 12 || bytes.compare(0, 6, "\x93NUMPY") != 0) {
    throw std::runtime_error(std::string(path) + ": not a .npy file");
  }
  const auto byte = [&](std::size_t i) { return std::size_t(static_cast<unsigned char>(bytes[i])); };
  const bool old = bytes[6] == 1;  // version 1 has two bytes for the header's length, later ones four
  const std::size_t length = byte(8) + (byte(9) << 8) + (old ? 0 : (byte(10) << 16) + (byte(11) << 24));
  const std::size_t begin = (old ? 10 : 12) + length;
  if (begin > bytes.size()) throw std::runtime_error(std::string(path) + ": is cut short");
  const std::string header = bytes.substr(0, begin);
  if (header.find("'<f4'") == std::string::npos || header.find("'fortran_order': False") == std::string::npos) {
    throw std::runtime_error(std::string(path) + ": must be float32 in C order");
  }
  if (bytes.size() - begin != Model::input::count * sizeof(float)) {
    throw std::runtime_error(std::string(path) + ": has not as many elements as the network's input");
  }
  std::vector<float> x(Model::input::count);
  std::memcpy(x.data(), bytes.data() + begin, bytes.size() - begin);
  return x;
}

/// The outputs must be those of a slow evaluation in double, within 1e-5 of the largest.
void self_test(tenon::executable<Model>& net) {
  constexpr std::size_t inputs = Model::input::count, outputs = Model::output::count;
  std::vector<float> all(inputs + outputs);
  tenon::read_safetensors(MODEL_DIRECTORY "/self_test.safetensors", {{{"input", {inputs}}, {"output", {outputs}}}},
                          all);
  const auto x = std::make_unique<Model::input>();
  const auto y = std::make_unique<Model::output>();
  std::copy_n(all.begin(), inputs, x->begin());
  *y = net(*x);
  float largest = 0, error = 0;
  for (std::size_t i = 0; i < outputs; ++i) {
    const float expected = all[inputs + i], difference = std::abs(y->begin()[i] - expected);
    largest = std::max(largest, std::abs(expected));
    error = std::isnan(difference) ? difference : std::max(error, difference);
  }
  if (!(error <= 1e-5f * largest)) {
    throw std::runtime_error("self-test: off by " + std::to_string(error / largest) + " of the largest output");
  }
}

int main(int argc, char** argv) try {
  const bool declined = argc == 3 && std::strcmp(argv[2], "--no-self-test") == 0;
  if (argc != 2 && !declined) {
    std::fprintf(stderr, "usage: run x.npy [--no-self-test]\n");
    return 2;
  }
  const auto net = std::make_unique<tenon::executable<Model>>(
      tenon::load_safetensors<Model>(MODEL_DIRECTORY "/model.safetensors"));
  if (!declined) self_test(*net);
  const auto x = std::make_unique<Model::input>();
  const std::vector<float> numbers = read_npy(argv[1]);
  std::copy(numbers.begin(), numbers.end(), x->begin());
  const auto y = std::make_unique<Model::output>((*net)(*x));
  for (const float value : *y) std::printf("%.9g\n", double(value));
} catch (const std::exception& e) {
  std::fprintf(stderr, "error: %s\n", e.what());
  return 1;
}
)";
}

std::string safetensors(const std::vector<parameter>& all) {
  nlohmann::ordered_json header;
  std::string data;
  for (const parameter& p : all) {
    const std::size_t begin = data.size();
    for (const double x : p.value.data) {
      const auto value = static_cast<float>(x);
      data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    header[p.name] = {{"dtype", "F32"}, {"shape", p.value.shape}, {"data_offsets", {begin, data.size()}}};
  }
  std::string text = all.empty() ? "{}" : header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(text.size() >> 8 * i);
  return out + text + data;
}

}  // namespace

void write_model(const std::filesystem::path& directory, const origin& from, const graph& g, const values& v,
                 const expression& e, const array& input) {
  const auto flat = [](const array& a) { return array{{element_count(a.shape)}, a.data}; };
  const std::vector<std::pair<std::string, std::string>> files{
      {"model.hpp", header(from, g, v, e)},
      {"model.cpp", instance(from.model)},
      {"main.cpp", program(from.model)},
      {"meson.build", build()},
      {"model.safetensors", safetensors(e.parameters)},
      {"self_test.safetensors",
       safetensors({{"input", flat(input)}, {"output", flat(v.of.at(g.outputs[0]))}})}};
  std::filesystem::create_directories(directory);
  for (const auto& [name, content] : files) {
    std::ofstream file(directory / name, std::ios::binary);
    file << content;
    if (!file.flush()) {
      throw std::filesystem::filesystem_error("cannot write", directory / name,
                                              std::make_error_code(std::errc::io_error));
    }
  }
}

}  // namespace tenon::importer
