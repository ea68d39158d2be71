"""One run of `dm`: what it opens, what it says, and how it ends."""
