"""What each page shows, gathered: a view takes a PageRequest and gives a Page, or a Reply of its own."""
