"""Messages of the program, which are written for its files, in the words of the page."""
