"""The account as code: read as a state, written as a file, compared with one, and made what one says."""
