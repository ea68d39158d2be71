"""What a mail of a merge is: templates and what is made of them, a row's mail as a call and as a message."""
