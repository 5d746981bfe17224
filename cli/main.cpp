#include "cli/command_line.h"

int main(int argument_count, char** arguments) { return laminar::execute_command_line(argument_count, arguments); }
