// F1. A user's function of one number: written as a C++ function, recorded as plain data.
#pragma once

#include <concepts>
#include <initializer_list>
#include <type_traits>

namespace tenon {

/// One operation on a stack of numbers; operands are taken off it, the last one first.
enum class instruction : unsigned char {
  argument,  // push x
  constant,  // push `value`
  add,
  subtract,
  multiply,
  divide,
  negate,
  abs,
  maximum,
  minimum,
  exp,
  log,
  sqrt,
  tanh,
  sigmoid,
  erf,
  where_less,           // a, b, y, n -> y if a < b, else n
  where_less_or_equal,  // the same if a <= b
};

/// Numbers that an instruction takes off the stack.
constexpr int operand_count(instruction what) {
  switch (what) {
    case instruction::argument:
    case instruction::constant:
      return 0;
    case instruction::add:
    case instruction::subtract:
    case instruction::multiply:
    case instruction::divide:
    case instruction::maximum:
    case instruction::minimum:
      return 2;
    case instruction::where_less:
    case instruction::where_less_or_equal:
      return 4;
    default:
      return 1;
  }
}

/// A function of one number in postfix order: what activation<f> computes, instruction by instruction.
struct formula {
  static constexpr int max_length = 32;  ///< instructions that fit
  /// One instruction.
  struct item {
    instruction what = instruction::argument;  ///< what it does
    float value = 0;                           ///< of a constant

    /// The same instruction.
    friend constexpr bool operator==(const item&, const item&) = default;
  };
  int length = 0;           ///< 0: no formula; more than max_length: one whose code did not fit
  item code[max_length]{};  ///< in postfix order

  /// What does not fit is not kept, so that messages of the compiler stay short.
  constexpr void append(const item& next) {
    if (length < max_length)
      code[length] = next;
    else
      for (item& i : code) i = {};
    ++length;
  }
  /// All instructions of another formula.
  constexpr void append(const formula& f) {
    for (int i = 0; i < f.length; ++i) append(i < max_length ? f.code[i] : item{});
  }
  /// Where the operand begins whose last instruction is number `last`; the operand before it ends just
  /// there.
  constexpr int begin_of(int last) const {
    for (int missing = 1;; --last) {
      missing += operand_count(code[last].what) - 1;
      if (missing == 0) return last;
    }
  }

  /// The same instructions.
  friend constexpr bool operator==(const formula&, const formula&) = default;
};

class symbol;

/// The condition of a `where`.
struct comparison {
  instruction how;  ///< where_less or where_less_or_equal
  formula a;        ///< on its left
  formula b;        ///< on its right

  /// yes where the condition holds, else no.
  friend constexpr symbol where(const comparison& c, const symbol& yes, const symbol& no);

  /// For those who write x > 0 ? a : b.
  template <class Bool>
  requires std::same_as<Bool, bool>
  constexpr operator Bool() const {
    static_assert(!sizeof(Bool),
                  "tenon: in the function of an activation write where(x > 0, a, b), not x > 0 ? a : b");
    return true;
  }
};

/// The x of activation<f>: what a function does with it is recorded. Numbers mix with it, as float. `max` and
/// `min` give their first operand where one is not a number, as std::max does; where(a < b, y, n) is y or n,
/// for each element, and a comparison with what is not a number is false.
class symbol {
 public:
  /// A constant.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr symbol(Number value) { recorded_.append({instruction::constant, static_cast<float>(value)}); }

  /// The x of the function.
  static constexpr symbol argument() {
    symbol x;
    x.recorded_.append({instruction::argument, 0});
    return x;
  }
  /// What was done with it.
  constexpr const formula& recorded() const { return recorded_; }

  // All of these are found by their arguments only, and clash with nobody's functions of the same names.
  /// Arithmetic, recorded.
  /// @{
  friend constexpr symbol operator+(const symbol& x) { return x; }
  friend constexpr symbol operator-(const symbol& x) { return {instruction::negate, x}; }
  friend constexpr symbol operator+(const symbol& a, const symbol& b) { return {instruction::add, a, b}; }
  friend constexpr symbol operator-(const symbol& a, const symbol& b) {
    return {instruction::subtract, a, b};
  }
  friend constexpr symbol operator*(const symbol& a, const symbol& b) {
    return {instruction::multiply, a, b};
  }
  friend constexpr symbol operator/(const symbol& a, const symbol& b) { return {instruction::divide, a, b}; }
  constexpr symbol& operator+=(const symbol& b) { return *this = *this + b; }
  constexpr symbol& operator-=(const symbol& b) { return *this = *this - b; }
  constexpr symbol& operator*=(const symbol& b) { return *this = *this * b; }
  constexpr symbol& operator/=(const symbol& b) { return *this = *this / b; }
  /// @}

  /// Functions, recorded.
  /// @{
  friend constexpr symbol abs(const symbol& x) { return {instruction::abs, x}; }
  friend constexpr symbol max(const symbol& a, const symbol& b) { return {instruction::maximum, a, b}; }
  friend constexpr symbol min(const symbol& a, const symbol& b) { return {instruction::minimum, a, b}; }
  friend constexpr symbol exp(const symbol& x) { return {instruction::exp, x}; }
  friend constexpr symbol log(const symbol& x) { return {instruction::log, x}; }
  friend constexpr symbol sqrt(const symbol& x) { return {instruction::sqrt, x}; }
  friend constexpr symbol tanh(const symbol& x) { return {instruction::tanh, x}; }
  friend constexpr symbol sigmoid(const symbol& x) { return {instruction::sigmoid, x}; }
  friend constexpr symbol erf(const symbol& x) { return {instruction::erf, x}; }
  /// @}

  /// Comparisons, for `where`.
  /// @{
  friend constexpr comparison operator<(const symbol& a, const symbol& b) {
    return {instruction::where_less, a.recorded_, b.recorded_};
  }
  friend constexpr comparison operator<=(const symbol& a, const symbol& b) {
    return {instruction::where_less_or_equal, a.recorded_, b.recorded_};
  }
  friend constexpr comparison operator>(const symbol& a, const symbol& b) { return b < a; }
  friend constexpr comparison operator>=(const symbol& a, const symbol& b) { return b <= a; }
  /// @}

  /// yes where the condition holds, else no.
  friend constexpr symbol where(const comparison& c, const symbol& yes, const symbol& no) {
    symbol chosen;
    for (const formula* part : {&c.a, &c.b, &yes.recorded_, &no.recorded_}) chosen.recorded_.append(*part);
    chosen.recorded_.append({c.how, 0});
    return chosen;
  }

 private:
  constexpr symbol() = default;
  constexpr symbol(instruction what, const symbol& x) : recorded_(x.recorded_) {
    recorded_.append({what, 0});
  }
  constexpr symbol(instruction what, const symbol& a, const symbol& b) : recorded_(a.recorded_) {
    recorded_.append(b.recorded_);
    recorded_.append({what, 0});
  }
  formula recorded_;
};

/// What f computes; of length 0 if f(x) is no formula.
template <class F>
constexpr formula formula_of(const F& f) {
  if constexpr (requires(symbol x) {
                  { f(x) } -> std::same_as<symbol>;
                })
    return f(symbol::argument()).recorded();
  else
    return formula();
}

}  // namespace tenon
