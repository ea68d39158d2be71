"""The commands, a module a group: each has its group or command as COMMAND."""
