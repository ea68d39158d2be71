"""What a tester sets: faults, limits, the clock, and what becomes of a mail."""
