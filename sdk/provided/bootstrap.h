#pragma once

#include <string>

namespace lambent::provided {

// Makes this process the program at `path`, with these variables ("KEY=value", null at the end):
// calls it if it is one that can be loaded (sdk/cpp/loadable), else executes it. Returns only when
// it can do neither, with errno's number.
int become(std::string path, char** variables);

// Loads and calls such a program, and forgets it again: what the first loading of a program touches
// is there for the next. Nothing where there is none.
void rehearse(std::string path);

}  // namespace lambent::provided
