"""The DNS of the sandbox's domains: zones, an authority's answers about them, and what a check of a domain sees."""
