#include "builder/cli/command.hpp"

int main(int argc, char** argv) { return lamella::run_command_line(argc, argv); }
