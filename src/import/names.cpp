// What the model calls its layers.
#include <algorithm>

#include "network.hpp"

namespace tenon::importer {
namespace {

using path = std::vector<std::string>;

bool is_number(const std::string& s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
}

path parts_of(const std::string& s, char separator) {
  path parts(1);
  for (const char c : s) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return parts;
}

/// Only letters, digits and _: a name stands in a string of C++, in file names and in dotted paths.
std::string plain(const std::string& s) {
  std::string out;
  for (const char c : s) {
    const bool usual = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out += usual ? c : '_';
  }
  return out.size() > 60 ? out.substr(0, 60) : out;
}

std::string lower(std::string s) {
  for (char& c : s) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return s;
}

/// "conv2d_12" -> "conv2d"
std::string without_number(std::string s) {
  while (!s.empty() && ((s.back() >= '0' && s.back() <= '9') || s.back() == '_')) s.pop_back();
  return s;
}

/// layer1.0.conv1.weight -> layer1, 0, conv1
path path_of_parameter(const std::string& name) {
  path parts = parts_of(name, '.');
  static const std::set<std::string> kinds{"weight", "bias", "running_mean", "running_var",
                                           "gamma",  "beta", "kernel"};
  if (parts.size() < 2 || !kinds.contains(parts.back())) return {};
  parts.pop_back();
  return parts;
}

/// /layer1/layer1.0/conv1/Conv -> layer1, 0, conv1: each part begins with the one before, or is relative.
path path_of_node(const std::string& name) {
  path parts = parts_of(name, '/'), out;
  if (!parts.empty()) parts.pop_back();
  std::string before;
  for (const std::string& p : parts) {
    const bool extends = !before.empty() && p.starts_with(before + ".");
    for (std::string& piece : parts_of(extends ? p.substr(before.size() + 1) : p, '.'))
      out.push_back(std::move(piece));
    before = p;
  }
  return out;
}

/// What TensorFlow's converters leave: the operator is the last part, the layer the one before it.
std::string layer_of_node(const node& n) {
  static const std::set<std::string> operators{
      "biasadd",        "conv2d",           "conv1d",    "conv3d", "matmul", "depthwise", "add",
      "readvariableop", "fusedbatchnormv3", "batchnorm", "mul",    "prelu",  "kernel",    "filter"};
  path parts = parts_of(n.name, '/');
  while (parts.size() > 1 && operators.contains(lower(without_number(parts.back())))) parts.pop_back();
  return parts.empty() ? "" : parts.back();
}

}  // namespace

void name_vertices(network& net, const graph& g) {
  std::set<path> scopes{{}};
  const auto place = [&](vertex& v, path p) {
    v.name = p.empty() ? "" : is_number(p.back()) ? "" : plain(p.back());
    if (!p.empty()) p.pop_back();
    for (std::string& part : p) part = plain(part);
    v.scope = std::move(p);
    v.placed = true;
    for (std::size_t n = 0; n <= v.scope.size(); ++n)
      scopes.insert(path(v.scope.begin(), v.scope.begin() + std::ptrdiff_t(n)));
  };
  std::map<std::string, int> bases;  // how often a name with another number is there
  for (vertex& v : net.vertices) {
    if (!v.from) continue;
    if (g.producer ==
        "tenon") {  // scope.layer, or scope/Operator of a join; layer/Operator of one of several
      path p = parts_of(v.from->name.substr(0, v.from->name.find('/')), '.');
      if (is_join(v.what.kind)) p.emplace_back("0");
      place(v, p);
      continue;
    }
    if (v.parameters.empty()) continue;
    path p;
    for (std::size_t i = 1; i < v.from->inputs.size() && p.empty(); ++i)
      p = path_of_parameter(v.from->inputs[i]);
    if (p.empty() && v.from->name.starts_with("/")) p = path_of_node(v.from->name);
    if (!p.empty()) {
      place(v, p);
    } else {
      v.name = plain(layer_of_node(*v.from));
      ++bases[lower(without_number(v.name))];
    }
  }
  std::set<std::string> inputs;
  for (std::size_t i = 0; i < net.input_names.size() && net.input_names.size() > 1;
       ++i) {  // they are the first
    std::string name = plain(net.input_names[i]);
    if (name.empty() || is_number(name)) name = "input" + name;
    while (!inputs.insert(name).second) name += '_';
    net.vertices[i].name = name;
  }
  const bool placed = scopes.size() > 1;
  std::set<std::pair<path, std::string>> taken;
  for (vertex& v : net.vertices) {
    if (!v.from) continue;
    if (!v.placed && v.parameters.empty() && placed && v.from->name.starts_with("/")) {
      path p = path_of_node(v.from->name);
      for (std::string& part : p) part = plain(part);
      while (!scopes.contains(p)) p.pop_back();
      v.scope = std::move(p);
      v.placed = true;
    }
    if (!v.placed && !v.name.empty()) {
      const std::string base = lower(without_number(v.name));
      const bool generic =
          base.empty() || base == lower(v.from->op) || base == "p2o_" + lower(v.from->op) || bases[base] > 2;
      if (generic) v.name.clear();
    }
    if (is_number(v.name)) v.name.clear();
    if (!v.name.empty() && !taken.insert({v.scope, v.name}).second) v.name.clear();
  }
}

}  // namespace tenon::importer
