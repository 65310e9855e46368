#pragma once

namespace lambent::probe {

// Each command of the probe gets the words after its name.

int wait_for_ever(int argc, char** argv);
// NUMBER:ERRNO … : makes each system call with arguments that are all ones; prints those that
// answer something else.
int try_calls(int argc, char** argv);
// i386 | x32: makes one system call of that ABI.
int foreign_abi(int argc, char** argv);
// COUNT: as many children that end and are never waited for, by a parent that ends first.
int make_zombies(int argc, char** argv);
// Forks until the kernel refuses, prints how often it worked, and stays.
int fork_bomb(int argc, char** argv);
// MILLISECONDS: uses the processor for that long and prints "<cpu us> <wall us>".
int spin(int argc, char** argv);
// MEGABYTES: touches as much memory and says so.
int take_memory(int argc, char** argv);

}  // namespace lambent::probe
