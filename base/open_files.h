#pragma once

namespace lambent {

// Lets this process have as many open files as the system allows: a cell takes some ten in the
// daemon, and twenty in the launcher.
void raise_open_files_limit();

}  // namespace lambent
