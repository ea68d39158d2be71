"""Domains: made where they are missing, and looked at until they are verified."""
