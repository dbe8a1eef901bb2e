// Compiles networks for every instruction set, in the one file that pays for it:
//
//   #include "lenet.hpp"
//   #define TENON_MODEL LeNet
//   #include <tenon/instantiate.hpp>
//
// TENON_MODEL may name several models, separated by commas. Everyone else includes <tenon/tenon.hpp> only.
// `#define TENON_PROFILE` before this header also compiles each step as a function of its own, for
// tenon::profile and tenon::report; runs are as before.
#if !defined(TENON_MODEL)
#error "tenon: define TENON_MODEL as the name of your model before including tenon/instantiate.hpp"
#endif
#if defined(TENON_INSTANTIATED)
#error "tenon: one file includes tenon/instantiate.hpp once; TENON_MODEL may name several models, with commas"
#endif
#define TENON_INSTANTIATED

#include <boost/mp11/algorithm.hpp>
#include <boost/mp11/list.hpp>

// Register tiles are arrays of vectors, and vectors whose length is not known to the compiler cannot be
// elements of an array. CPUs with SVE run the NEON code. Whoever defines HWY_DISABLED_TARGETS adds these to
// it.
#ifndef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

// The models, looked up where the user's names are: outside of namespace tenon, which has names of its own.
using tenon_models = boost::mp11::mp_list<TENON_MODEL>;

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tenon/instantiate-inl.hpp"
#include <hwy/foreach_target.h>

#include "tenon/instantiate-inl.hpp"

namespace tenon {

HWY_EXPORT(program_of_model);

template <class M>
detail::program detail::choose_program() {
  static_assert(boost::mp11::mp_contains<tenon_models, M>::value,
                "tenon: this file compiles other models but runs this one: name it in TENON_MODEL, or run it "
                "elsewhere");
  return HWY_DYNAMIC_DISPATCH(program_of_model)(
      static_cast<int>(boost::mp11::mp_find<tenon_models, M>::value));
}

namespace detail {

template <class Models>
struct instantiation;
template <class... Models>
struct instantiation<boost::mp11::mp_list<Models...>> {
  static constexpr program (*chosen[])() = {&choose_program<Models>...};
};
template struct instantiation<tenon_models>;

}  // namespace detail
}  // namespace tenon

#undef TENON_STEPS_OF
