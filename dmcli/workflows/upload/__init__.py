"""Files of this machine that DirectMail fetches: looked at, uploaded from the disk, each content once."""
