"""The face: commands, options, what people are asked and told."""
