#include "resnet8.hpp"

#define TENON_MODEL ResNet8
#include <tenon/instantiate.hpp>
