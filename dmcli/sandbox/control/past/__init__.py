"""A made-up past of an account: the world that it takes place in, who is in it, and the story of what was sent."""
