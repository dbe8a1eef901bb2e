#include "facts.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "file_bytes.hpp"
#include "npy.hpp"

namespace tenon::weight_files {
namespace {

void find_range(tensor_facts& f, bytes elements) {
  range_finder range(f);
  range.add(elements);
  range.finish();
}

file_facts safetensors_facts(std::string_view file, bytes content, bool ranges) {
  const parsed p = parse_safetensors(file, content);
  std::vector<const entry*> order;
  for (const entry& e : p.found.tensors) order.push_back(&e);
  std::ranges::sort(order, {},
                    [](const entry* e) { return std::tie(e->second.begin, e->second.end, e->first); });
  file_facts facts{"safetensors", {}, p.found.metadata};
  for (const entry* e : order) {
    const stored& t = e->second;
    tensor_facts& f = facts.tensors.emplace_back();
    f.name = e->first;
    f.dtype = t.dtype;
    f.shape = t.shape;
    f.elements = *element_count(t.shape);
    f.bytes = t.end - t.begin;
    if (ranges) find_range(f, p.data.subspan(t.begin, f.bytes));
  }
  return facts;
}

file_facts npy_facts(const std::string& path, bytes content, bool ranges) {
  try {
    const npy_header h = parse_npy(content, content.size());
    file_facts facts{".npy", {}, {}};
    tensor_facts& f = facts.tensors.emplace_back();
    f.name = "(the array)";
    f.dtype = h.dtype;
    f.shape = h.shape;
    f.elements = h.count;
    f.bytes = content.size() - h.bytes;
    if (ranges) find_range(f, content.subspan(h.bytes));
    return facts;
  } catch (const npy_problem& problem) {
    fail(path, problem.text);
  }
}

}  // namespace

void range_finder::finish() {
  facts_.has_range = finite_ > 0;
  facts_.mean = finite_ > 0 ? sum_ / static_cast<double>(finite_) : 0;
}

void range_finder::add(double value) {
  if (!std::isfinite(value)) {
    ++facts_.not_finite;
    return;
  }
  facts_.least = finite_ == 0 ? value : std::min(facts_.least, value);
  facts_.largest = finite_ == 0 ? value : std::max(facts_.largest, value);
  sum_ += value;
  ++finite_;
}

void range_finder::add(bytes elements) {
  const auto each = [&]<class Word>(Word, auto widen) {
    for (std::size_t i = 0; i + sizeof(Word) <= elements.size(); i += sizeof(Word))
      add(double(widen(load<Word>(&elements[i]))));
  };
  const auto as_float = [](std::uint32_t bits) { return std::bit_cast<float>(bits); };
  if (facts_.dtype == "F64") each(std::uint64_t{}, [](std::uint64_t b) { return std::bit_cast<double>(b); });
  if (facts_.dtype == "F32") each(std::uint32_t{}, as_float);
  if (facts_.dtype == "F16") each(std::uint16_t{}, [&](std::uint16_t b) { return as_float(widen_f16(b)); });
  if (facts_.dtype == "BF16") each(std::uint16_t{}, [&](std::uint16_t b) { return as_float(widen_bf16(b)); });
}

file_facts facts_of(const std::string& path, bool ranges) {
  const file_bytes file = open_weights(path);
  const bytes content = file.content();
  const std::string_view text(reinterpret_cast<const char*>(content.data()),
                              std::min<std::size_t>(content.size(), 8));
  if (text.starts_with("\x93NUMPY")) return npy_facts(path, content, ranges);
  if (text.starts_with("PK\3\4") || text.starts_with("PK\5\6")) return npz_facts(path, content, ranges);
  return safetensors_facts(path, content, ranges);
}

}  // namespace tenon::weight_files
