"""A report on the mail of some weeks as one page for a browser, and as Markdown for a chat or a ticket."""
