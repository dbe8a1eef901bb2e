// tenon import: an ONNX file becomes a type, its weights and a program.
#include <openssl/evp.h>

#include <fstream>
#include <iterator>

#include "../import/write.hpp"
#include "commands.hpp"

namespace {

std::string sha256(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr) != 1) return "unknown";
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

/// lenet-5 becomes Lenet5.
std::string identifier(const std::string& name) {
  std::string text;
  bool start = true;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
    if (letter || (digit && !text.empty())) text += start && c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    start = !letter;
  }
  return text.empty() ? "Model" : text;
}

void import_model(const std::filesystem::path& file, const std::filesystem::path& directory,
                  const std::vector<std::string>& pins, const std::string& name) {
  using namespace tenon::importer;
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  if (!stream) throw refusal("it cannot be read");
  std::map<std::string, tenon::importer::index> pinned;
  for (const std::string& pin : pins) {
    const auto equals = pin.rfind('=');
    const std::string digits = equals == std::string::npos ? "" : pin.substr(equals + 1);
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) {
      throw refusal("--dim " + pin + ": must be NAME=N");
    }
    pinned[pin.substr(0, equals)] = std::stoll(digits);
  }
  const graph g = read_graph(bytes, pinned);
  const array input = test_input(g.inputs[0].shape);
  const values v = evaluate(g, input);
  const expression e = express(g, v);
  const origin from{file.filename().string(), sha256(bytes),
                    identifier(name.empty() ? file.stem().string() : name)};
  write_model(directory, from, g, v, e, input);
}

}  // namespace

void tenon::tool::add_import(CLI::App& app) {
  struct options {
    std::string file, directory, name;
    std::vector<std::string> pins;
  };
  const auto o = std::make_shared<options>();
  CLI::App* command =
      app.add_subcommand("import", "write an ONNX model as a tenon type, its weights and a program");
  command->add_option("model", o->file, "the ONNX file")->required();
  command->add_option("-o,--output", o->directory, "the directory to write")->required();
  command->add_option("--dim", o->pins, "an extent for a symbolic dimension: NAME=N");
  command->add_option("--name", o->name, "the type's name");
  command->callback([o] {
    try {
      import_model(o->file, o->directory, o->pins, o->name);
    } catch (const importer::refusal& r) {
      std::string text;
      for (const std::string& sentence : r.sentences)
        text += (text.empty() ? "" : "\n") + o->file + ": " + sentence;
      throw std::runtime_error(text);
    } catch (const std::exception& e) {
      throw std::runtime_error(o->file + ": " + e.what());
    }
  });
}
