"""A mail for each row of a table: templates, the plan, the journal, the pace, the sending, and what became of it."""
