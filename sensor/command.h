/*
 * command: what stands behind each word after "specular". Each takes its own
 * arguments (argv[0] is the command's name) and returns the exit code: 0 done,
 * 1 something was wrong with what was read, 2 bad usage.
 */
#pragma once

int command_run(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_spec(int argc, char **argv);
int command_inventory(int argc, char **argv);
int command_pack(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_rules(int argc, char **argv);
