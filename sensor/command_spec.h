/*
 * command_spec: the parts of "specular spec", each with its own arguments and
 * exit code as in command.h.
 */
#pragma once

int command_spec_push(int argc, char **argv);
