#pragma once

#include <nanobind/nanobind.h>

namespace pairwise::bind {

void bind_sharing(nanobind::module_& m);

}  // namespace pairwise::bind
