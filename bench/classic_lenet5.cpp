#include "classic_lenet5.hpp"

#define TENON_MODEL ClassicLeNet5
#include <tenon/instantiate.hpp>
