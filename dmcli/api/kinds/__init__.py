"""What a value may be: read leniently from people, and strictly enough from the wire."""
