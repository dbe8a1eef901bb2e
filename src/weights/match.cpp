// A weight file against what the model expects: names, shapes, architecture and self-test; then its elements.

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "directory.hpp"
#include "rename.hpp"

namespace tenon::weight_files {
namespace {

using names = std::set<std::string_view>;

/// The names that the caller expects. Throws std::invalid_argument if the caller contradicts itself.
names expected_names(std::span<const tensor_spec> expected, std::size_t out_elements) {
  names result;
  std::uint64_t rest = out_elements;
  bool fits = true;
  for (const auto& [name, shape] : expected) {
    const std::string tensor = "read_safetensors: tensor " + in_quotes(name);
    if (!result.insert(name).second) throw std::invalid_argument(tensor + " is expected twice");
    if (std::ranges::any_of(shape, [](std::int64_t extent) { return extent < 0; })) {
      throw std::invalid_argument(tensor + " has a negative extent: " + list(shape));
    }
    const auto count = element_count(shape);
    fits = fits && count && *count <= rest;
    if (fits) rest -= *count;
  }
  if (!fits || rest != 0) {
    throw std::invalid_argument(say("read_safetensors: the expected tensors do not have ", out_elements,
                                    " elements together, the length of out"));
  }
  return result;
}

/// PyTorch's counter beside the running mean of a batch norm, which inference does not need.
bool is_batch_counter(std::string_view name, const names& wanted) {
  constexpr std::string_view counter = "num_batches_tracked";
  if (!name.ends_with(counter)) return false;
  const std::string_view prefix = name.substr(0, name.size() - counter.size());
  return (prefix.empty() || prefix.back() == '.') && wanted.contains(say(prefix, "running_mean"));
}

bool has_shape(const stored& t, const tensor_spec& spec) {
  return std::ranges::equal(t.shape, spec.shape, [](auto a, auto b) { return std::cmp_equal(a, b); });
}

/// How many bytes two names share at their beginning and at their end.
std::ptrdiff_t likeness(std::string_view a, std::string_view b) {
  return std::ranges::mismatch(a, b).in1 - a.begin() +
         (std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin());
}

/// Takes from `candidates` the tensor that may be `spec` under another name; in words, for a message.
std::string renamed(const tensor_spec& spec, std::vector<const entry*>& candidates) {
  auto best = candidates.end();
  for (auto c = candidates.begin(); c != candidates.end(); ++c) {
    if (!is_float((*c)->second) || !has_shape((*c)->second, spec)) continue;
    if (best == candidates.end() || likeness(spec.name, (*c)->first) > likeness(spec.name, (*best)->first))
      best = c;
  }
  if (best == candidates.end()) return "";
  const std::string text = say(" (rename ", in_quotes((*best)->first), "?)");
  candidates.erase(best);
  return text;
}

/// A tensor's name for a message; of one that was renamed, the name in the file as well.
std::string named(const entry& e) {
  return e.first == e.second.original ? "" : say(" (in the file ", in_quotes(e.second.original), ")");
}

/// Throws, with all differences at once, unless the file holds what the model expects. What belongs to a
/// self-test is none of the others' business, unless it is among what is expected.
void match(std::string_view file, const tensor_map& tensors, const std::vector<const entry*>& order,
           std::span<const tensor_spec> expected, const names& wanted, bool with_test) {
  constexpr std::string_view dtypes = "F32, F16 or BF16";
  std::vector<const entry*> unexpected;
  for (const entry* e : order) {
    const auto& [name, t] = *e;
    if (wanted.contains(name) || (!with_test && name.starts_with(test_prefix))) continue;
    if (!is_batch_counter(name, wanted) || t.dtype != "I64" || !t.shape.empty()) unexpected.push_back(e);
  }

  problem_list problems;
  for (auto candidates = unexpected; const tensor_spec& spec : expected) {
    const auto found = tensors.find(spec.name);
    if (found == tensors.end()) {
      problems.add(spec.name, "is missing: expected ", dtypes, " ", list(spec.shape),
                   ", found no tensor of this name", problems.full() ? "" : renamed(spec, candidates));
      continue;
    }
    const stored& t = found->second;
    const bool right_shape = has_shape(t, spec);
    if (right_shape && is_float(t)) continue;
    problems.add(spec.name, "has the wrong ",
                 is_float(t)   ? "shape"
                 : right_shape ? "dtype"
                               : "shape and dtype",
                 ": expected ", dtypes, " ", list(spec.shape), ", found ", dtype_text(t), " ", list(t.shape),
                 named(*found));
  }
  for (const entry* e : unexpected) {
    const auto& [name, t] = *e;
    problems.add(name, "is unexpected: expected ",
                 is_batch_counter(name, wanted) ? "I64 []" : "no tensor of this name", ", found ",
                 dtype_text(t), " ", list(t.shape), named(*e));
  }
  problems.throw_if_any(file, "the tensors are not those of the model");
}

/// Outputs of a self-test may be NaN: those are not compared.
constexpr std::string_view not_compared = "tenon.self_test.output.";

void check_finite(std::string_view file, const tensor_map& tensors, bytes data,
                  std::span<const tensor_spec> expected, std::string_view what) {
  problem_list problems;
  for (const tensor_spec& spec : expected) {
    const stored& t = tensors.find(spec.name)->second;
    const bool may_be_nan = spec.name.starts_with(not_compared);
    std::size_t count = 0, first = 0;
    std::uint32_t value = 0;
    for_each_element(t, data, [&](std::size_t i, std::uint32_t bits) {
      if (is_finite(bits) || (may_be_nan && (bits & 0x007F'FFFF) != 0)) return;
      if (count++ > 0) return;
      first = i;
      value = bits;
    });
    if (count == 0) continue;
    const bool nan = (value & 0x007F'FFFF) != 0;
    problems.add(spec.name, "is not finite: expected finite elements, found ",
                 nan           ? "nan"
                 : value >> 31 ? "-inf"
                               : "inf",
                 " at element ", first, " (", count, " of ", *element_count(t.shape),
                 " elements are not finite)");
  }
  problems.throw_if_any(file, what);
}

// ---- Renaming -------------------------------------------------------------------------------------------

/// The tensors under the names of the model. The longest beginning that fits a name counts.
tensor_map renamed(std::string_view file, tensor_map tensors, const std::vector<prefix_rename>& renames) {
  if (renames.empty()) return tensors;
  problem_list problems;
  std::vector<bool> used(renames.size());
  tensor_map result;
  for (auto& [name, t] : tensors) {
    const prefix_rename* best = nullptr;
    for (std::size_t i = 0; i < renames.size(); ++i) {
      if (name.starts_with(test_prefix) || !begins(name, renames[i].from)) continue;
      used[i] = true;
      if (best == nullptr || renames[i].from.size() > best->from.size()) best = &renames[i];
    }
    const auto [at, is_new] =
        result.try_emplace(best == nullptr ? name : with_prefix(name, best->from, best->to), t);
    if (!is_new)
      problems.add(at->second.original, "and tensor ", in_quotes(name), " are both named ",
                   in_quotes(at->first), " after renaming");
  }
  for (std::size_t i = 0; i < renames.size(); ++i) {
    const auto& [from, to] = renames[i];
    const std::string rename = say("\n  rename ", in_quotes(from), " to ", in_quotes(to), ": ");
    if (!used[i]) problems.line(rename, "no tensor's name begins with ", in_quotes(from));
    for (std::size_t other = 0; other < i; ++other)
      if (renames[other].from == from)
        problems.line(rename, in_quotes(from), " is renamed already, to ", in_quotes(renames[other].to));
  }
  problems.throw_if_any(file, "the renames do not fit the file");
  return result;
}

// ---- What the file says of itself -----------------------------------------------------------------------

void check_architecture(std::string_view file, const directory& found, std::uint64_t expected) {
  const auto said = found.metadata.find("tenon.architecture");
  if (said == found.metadata.end()) return;
  const std::string& text = said->second;
  std::uint64_t hash = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  if (text.size() != 16 || error != std::errc() || end != text.data() + text.size()) {
    fail(file, "the metadata \"tenon.architecture\" is bad: expected 16 hexadecimal digits, found " +
                   in_quotes(text));
  }
  if (hash == expected) return;
  fail(file, say("it was written for another network: its tensors fit, but expected the architecture ",
                 hexadecimal(expected), ", found ", text));
}

/// How far the outputs of a self-test may be off, as a part of the largest.
double tolerance_of(std::string_view file, const directory& found) {
  const auto said = found.metadata.find("tenon.tolerance");
  if (said == found.metadata.end()) return self_test::least_tolerance;
  const std::string& text = said->second;
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  double value = -1;
  stream >> std::noskipws >> value;
  if (!stream || stream.peek() != std::istringstream::traits_type::eof() || !(value >= 0 && value <= 1)) {
    fail(file,
         "the metadata \"tenon.tolerance\" is bad: expected a number from 0 to 1, found " + in_quotes(text));
  }
  return std::max(value, self_test::least_tolerance);
}

// ---- The data -------------------------------------------------------------------------------------------

/// Widens the tensors one behind the other; returns where they end.
float* widen(const tensor_map& tensors, bytes data, std::span<const tensor_spec> expected, float* to) {
  for (const tensor_spec& spec : expected) {
    const stored& t = tensors.find(spec.name)->second;
    if (std::endian::native == std::endian::little && t.dtype == "F32") {
      if (t.end > t.begin) std::memcpy(to, data.data() + t.begin, t.end - t.begin);
      to += (t.end - t.begin) / sizeof(float);
      continue;
    }
    for_each_element(t, data,
                     [&](std::size_t, std::uint32_t bits) { std::memcpy(to++, &bits, sizeof bits); });
  }
  return to;
}

std::vector<float> widened(const tensor_map& tensors, bytes data, std::span<const tensor_spec> expected) {
  std::uint64_t count = 0;
  for (const tensor_spec& spec : expected) count += *element_count(spec.shape);
  std::vector<float> values(count);
  widen(tensors, data, expected, values.data());
  return values;
}

}  // namespace

self_test read_tensors(std::string_view file, directory found, const request& wanted,
                       const std::function<bytes()>& data_of) {
  expected_names(wanted.expected, wanted.out.size());
  const bool with_test =
      wanted.network != nullptr && wanted.options.self_test &&
      std::ranges::any_of(found.tensors, [](const entry& e) { return e.first.starts_with(test_prefix); });
  std::vector<tensor_spec> expected(wanted.expected.begin(), wanted.expected.end()), test;
  if (with_test) {
    test = wanted.network->test_inputs;
    test.insert(test.end(), wanted.network->test_outputs.begin(), wanted.network->test_outputs.end());
    expected.insert(expected.end(), test.begin(), test.end());
  }
  names all;
  for (const tensor_spec& spec : expected) all.insert(spec.name);

  found.tensors = renamed(file, std::move(found.tensors), wanted.options.rename);
  std::vector<const entry*> order;  // as in the file
  for (const entry& e : found.tensors) order.push_back(&e);
  std::ranges::sort(order, {},
                    [](const entry* e) { return std::tie(e->second.begin, e->second.end, e->first); });
  match(file, found.tensors, order, expected, all, with_test);
  if (wanted.network != nullptr && wanted.options.check_architecture)
    check_architecture(file, found, wanted.network->architecture);
  self_test result;
  if (with_test) result.tolerance = tolerance_of(file, found);

  const bytes data = data_of();
  if (wanted.options.require_finite)
    check_finite(file, found.tensors, data, wanted.expected, "the weights are not finite");
  if (with_test) {
    check_finite(file, found.tensors, data, test, "the self-test is not finite");
    result.input = widened(found.tensors, data, wanted.network->test_inputs);
    result.output = widened(found.tensors, data, wanted.network->test_outputs);
  }
  widen(found.tensors, data, wanted.expected, wanted.out.data());
  return result;
}

}  // namespace tenon::weight_files
