"""Mail that was sent, as messages: listed, read for links and codes, written as .eml."""
