#include "report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace {

using terminal::colour;

struct class_name {
  std::string_view full, brief;  // at most 11 and 5 characters
};
constexpr std::array<class_name, idx::classes> names{{{"T-shirt/top", "T-sh."},
                                                      {"Trouser", "Trou."},
                                                      {"Pullover", "Pull."},
                                                      {"Dress", "Dress"},
                                                      {"Coat", "Coat"},
                                                      {"Sandal", "Sand."},
                                                      {"Shirt", "Shirt"},
                                                      {"Sneaker", "Snea."},
                                                      {"Bag", "Bag"},
                                                      {"Ankle boot", "Boot"}}};
constexpr std::size_t name_width = 11, cell_width = 6;

std::string left(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, text.size()), ' ');
}
std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + std::string(text);
}
std::string fixed(double value, int digits) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}
std::string percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-" : fixed(100.0 * static_cast<double>(part) / static_cast<double>(whole), 1) + "%";
}

// A picture and what stands under it: lines that all look `idx::columns` characters wide.

using card = std::vector<std::string>;

card draw_card(const terminal::style& look, const idx::dataset& data, const measurement& measured,
               const verdict& v, std::string_view title) {
  card lines = terminal::picture(look, data.picture(v.image));
  lines.push_back(left("image " + std::to_string(v.image) + ", " + std::string(title), idx::columns));
  const std::string truth(names[v.truth].full);
  lines.push_back(v.right()
                      ? terminal::paint(look, left("right: " + truth, idx::columns), colour::green)
                      : terminal::paint(look, left("wrong: this is " + truth, idx::columns), colour::red));
  const auto probability = softmax(measured.outputs[v.image]);
  const auto order = ranking(measured.outputs[v.image]);
  for (std::size_t place = 0; place < 3; ++place) {
    const double p = probability[order[place]];
    lines.push_back(left(names[order[place]].full, name_width) + ' ' + terminal::bar(look, p, 9) +
                    right(fixed(100 * p, 1) + "%", 7));
  }
  return lines;
}

/// Four images that tell most: the surest and the least sure answer, right and wrong.
std::vector<card> draw_cards(const terminal::style& look, const idx::dataset& data,
                             const measurement& measured, const std::vector<verdict>& verdicts) {
  std::vector<card> cards;
  for (const bool is_right : {true, false}) {
    std::vector<verdict> some;
    std::ranges::copy_if(verdicts, std::back_inserter(some),
                         [=](const verdict& v) { return v.right() == is_right; });
    if (some.empty()) continue;
    const auto [least, most] = std::ranges::minmax_element(some, {}, &verdict::margin);
    cards.push_back(draw_card(look, data, measured, *most, "the surest"));
    if (least != most) cards.push_back(draw_card(look, data, measured, *least, "the least sure"));
  }
  return cards;
}

void print_cards(std::ostream& out, const terminal::style& look, const std::vector<card>& cards) {
  constexpr std::size_t gap = 2;
  const std::size_t across = std::max<std::size_t>(1, (look.width + gap) / (idx::columns + gap));
  for (std::size_t first = 0; first < cards.size(); first += across) {
    for (std::size_t line = 0; line < cards[first].size(); ++line) {
      for (std::size_t c = first; c < std::min(first + across, cards.size()); ++c)
        out << (c == first ? "" : std::string(gap, ' ')) << cards[c][line];
      out << '\n';
    }
    out << '\n';
  }
}

void print_confusion(std::ostream& out, const terminal::style& look, const confusion_table& table) {
  out << terminal::bold(look, "Confusion")
      << ": rows are what the image shows, columns what the network answers\n";
  out << std::string(name_width, ' ');
  for (const class_name& name : names) out << right(name.brief, cell_width);
  out << right("found", cell_width + 2) << '\n';
  for (std::size_t truth = 0; truth < idx::classes; ++truth) {
    out << left(names[truth].full, name_width);
    std::size_t images = 0;
    for (const std::size_t count : table[truth]) images += count;
    for (std::size_t answer = 0; answer < idx::classes; ++answer) {
      const std::size_t count = table[truth][answer];
      const std::string cell = right(count == 0 ? "." : std::to_string(count), cell_width);
      const bool frequent = 20 * count >= images;  // a twentieth of the class or more
      out << (answer == truth ? terminal::paint(look, cell, colour::green)
              : count == 0    ? terminal::paint(look, cell, colour::grey)
              : frequent      ? terminal::paint(look, cell, colour::red)
                              : cell);
    }
    out << right(percent(table[truth][truth], images), cell_width + 2) << '\n';
  }
  out << '\n';
}

void print_speed(std::ostream& out, const terminal::style& look, const measurement& measured,
                 const std::string& target) {
  const speed s = timing(measured.seconds);
  const std::string unit = look.utf8 ? " µs" : " us";
  out << terminal::bold(look, "Latency") << "   median " << fixed(1e6 * s.median, 1) << unit << ", p99 "
      << fixed(1e6 * s.p99, 1) << unit << " over " << measured.seconds.size() << " runs of a single image\n"
      << terminal::bold(look, "Speed") << "     " << fixed(s.images_per_second, 0)
      << " images per second on one thread, instruction set " << target << "\n\n";
}

}  // namespace

void report(std::ostream& out, const terminal::style& look, const idx::dataset& data,
            const measurement& measured, const std::string& target) {
  const auto verdicts = judge(measured, data);
  const auto correct = static_cast<std::size_t>(std::ranges::count_if(verdicts, &verdict::right));
  out << terminal::bold(look, "Accuracy") << "  " << correct << " of " << data.size() << " correct ("
      << fixed(100.0 * static_cast<double>(correct) / static_cast<double>(data.size()), 2) << "%)\n\n";
  print_cards(out, look, draw_cards(look, data, measured, verdicts));
  print_confusion(out, look, confusion(verdicts));
  print_speed(out, look, measured, target);
}
