"""What each page shows, gathered: a view takes what was asked and gives a Page, or a Reply of its own."""
