"""`dm send single` and `batch`: their calls are the catalogue's, and here is what they look at before they send."""
