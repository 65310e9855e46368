#pragma once

#include "app/cli/client/record.h"
#include "app/cli/terminal/style.h"

#include <string>

namespace lambent::cli {

// Whether phases that took no time at all (boot and init of a warm invocation) get a line.
enum class EmptyPhases { kShow, kHide };

// Draws where the time of one invocation went: a line per phase with its name, a bar that begins
// where the phase before it ended, its time and its share of the whole; then the total. The bar's
// shade says who spent the time (PhaseOwner), so that it reads without colours too.
std::string render_waterfall(
    const PhaseTimes& times, EmptyPhases empty, const Style& style, int indent = 2
);

// "░ lambent   ▒ language runtime   █ your code", for once above or below the drawings.
std::string waterfall_legend(const Style& style);

}  // namespace lambent::cli
