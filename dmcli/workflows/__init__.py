"""What takes more than one call: plain functions that yield typed events, without a terminal in sight."""
