// region: instantiate
#include "lenet5.hpp"

#define TENON_MODEL LeNet5
#include <tenon/instantiate.hpp>
// endregion
